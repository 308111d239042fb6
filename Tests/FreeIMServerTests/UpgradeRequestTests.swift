import NIOCore
import Testing

@testable import FreeIMServer

@Suite struct UpgradeRequestTests {
    private static let sample =
        "GET / HTTP/1.1\r\nHost: chat.example:2001\r\nUpgrade: WebSocket\r\n"
        + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Origin: https://chat.example\r\nSec-WebSocket-Version: 13\r\n\r\n"

    private func answer(
        _ text: String, origins: String = ""
    ) throws -> Result<String, UpgradeRefusal> {
        var buffer = ByteBuffer(string: text)
        let policy = try #require(OriginPolicy(origins))
        do throws(UpgradeRefusal) {
            guard let request = try UpgradeRequest(takingFrom: &buffer, searched: 0) else {
                return .success("")
            }
            return .success(String(buffer: try request.response(policy)))
        } catch {
            return .failure(error)
        }
    }

    @Test func theExampleOfRFC6455() throws {
        let answer = try answer(Self.sample).get()
        #expect(answer.hasPrefix("HTTP/1.1 101 "))
        #expect(answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test func everyCutAndWhatComesBehind() throws {
        let bytes = Array(Self.sample.utf8)
        for cut in 0..<bytes.count {
            var buffer = ByteBuffer(bytes: bytes[..<cut])
            #expect(try UpgradeRequest(takingFrom: &buffer, searched: 0) == nil)
            #expect(buffer.readableBytes == cut)
            buffer.writeBytes(bytes[cut...])
            buffer.writeBytes([0x81, 0x80])
            let request = try UpgradeRequest(takingFrom: &buffer, searched: cut)
            #expect(request?.headers["upgrade"] == "WebSocket", "cut at \(cut)")
            #expect(Array(buffer.readableBytesView) == [0x81, 0x80])
        }
    }

    @Test func refusals() throws {
        func refusal(_ change: (String) -> String) throws -> UpgradeRefusal? {
            switch try answer(change(Self.sample)) {
            case .success: nil
            case .failure(let refusal): refusal
            }
        }
        #expect(try refusal { $0 } == nil)
        #expect(try refusal { $0.replacing("GET / ", with: "GET /x ") } == .notFound)
        #expect(try refusal { $0.replacing("GET", with: "PUT") } == .wrongMethod)
        #expect(try refusal { $0.replacing("e: WebSocket", with: "e: h2c") } == .noUpgrade)
        #expect(try refusal { $0.replacing(": 13", with: ": 12") } == .wrongVersion)
        #expect(try refusal { $0.replacing("ZQ==", with: "") } == .badKey)
        #expect(try refusal { $0.replacing("HTTP/1.1", with: "HTTP/1.0") } == .malformed)
        #expect(try refusal { $0.replacing("https://chat", with: "https://x") } == .foreignOrigin)
        let long = "X: " + String(repeating: "x", count: 8_192) + "\r\nHost:"
        #expect(try refusal { $0.replacing("Host:", with: long) } == .headersTooLarge)
    }

    @Test func anEndlessRequestIsRefusedBeforeItsEnd() throws {
        var buffer = ByteBuffer(string: "GET / HTTP/1.1\r\n")
        while buffer.readableBytes <= UpgradeRequest.bytesMax { buffer.writeString("X: y\r\n") }
        #expect(throws: UpgradeRefusal.headersTooLarge) {
            _ = try UpgradeRequest(takingFrom: &buffer, searched: 0)
        }
    }

    @Test func aRefusalIsAWholeHTTPAnswer() throws {
        let text = String(buffer: UpgradeRefusal.wrongMethod.response)
        let parts = text.split(separator: "\r\n\r\n")
        #expect(parts.count == 2)
        #expect(text.contains("Content-Length: \(parts[1].utf8.count)\r\n"))
        #expect(text.contains("Allow: GET\r\n"))
        #expect(parts[1].hasPrefix("{\"code\":4050,"))
    }
}
