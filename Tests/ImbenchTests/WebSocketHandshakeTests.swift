import FreeIMCore
import NIOCore
import Testing

@testable import imbench

@Suite struct WebSocketHandshakeTests {
    private static func handshake() -> WebSocketHandshake {
        var random = SplitMix64(seed: 1)
        return WebSocketHandshake(host: "127.0.0.1:2001", random: &random)
    }

    private static func key(of handshake: WebSocketHandshake) -> String {
        let lines = String(buffer: handshake.request).components(separatedBy: "\r\n")
        let line = lines.first { $0.hasPrefix("Sec-WebSocket-Key: ") } ?? ""
        return String(line.dropFirst("Sec-WebSocket-Key: ".count))
    }

    private static func answer(_ accept: String, _ more: String = "") -> String {
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(accept)\r\n\(more)\r\n"
    }

    /// The example of RFC 6455 §1.3.
    @Test func acceptIsThePublishedOne() {
        #expect(
            WebSocketHandshake.accept(for: "dGhlIHNhbXBsZSBub25jZQ==")
                == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test func anAnswerInPiecesOpensAndWhatIsBehindItIsKept() throws {
        var handshake = Self.handshake()
        #expect(String(buffer: handshake.request).hasPrefix("GET / HTTP/1.1\r\n"))
        let answer = Self.answer(WebSocketHandshake.accept(for: Self.key(of: handshake)))
        for byte in answer.utf8.dropLast() {
            let outcome = try handshake.take(ByteBuffer(bytes: [byte]))
            #expect(outcome == .incomplete)
        }
        let outcome = try handshake.take(ByteBuffer(string: "\nrest"))
        #expect(outcome == .open(ByteBuffer(string: "rest")))
    }

    @Test func aRefusalHasItsStatus() throws {
        var handshake = Self.handshake()
        #expect(
            try handshake.take(ByteBuffer(string: "HTTP/1.1 503 Busy\r\n\r\n"))
                == .refused(status: 503))
    }

    @Test func oddAnswersAreFaults() {
        let accept = WebSocketHandshake.accept(for: Self.key(of: Self.handshake()))
        let answers = [
            Self.answer("AAAA"), "nonsense\r\n\r\n",
            "HTTP/1.1 101 X\r\nSec-WebSocket-Accept: \(accept)\r\n\r\n",
            Self.answer(accept, "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
            String(repeating: "x", count: WebSocketHandshake.headBytesMax + 1),
        ]
        for answer in answers {
            var handshake = Self.handshake()
            #expect(throws: WebSocketFault.self) {
                try handshake.take(ByteBuffer(string: answer))
            }
        }
    }
}
