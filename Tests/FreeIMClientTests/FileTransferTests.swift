import Foundation
import FreeIMHTTPClient
import FreeIMProtocol
import Testing

@testable import FreeIMClient

/// Files to and from servers that do not do as they should.
@Suite struct FileTransferTests {
    private let folder = TemporaryFolder()

    private func client(_ http: FakeHTTP) throws -> ChatClient {
        var options = ChatClientOptions()
        options.httpPort = http.port
        options.userID = 1
        options.token = "t"
        options.cachePath = folder.path + "/cache.sqlite"
        return try ChatClient(options: options)
    }

    private func file(_ name: String, bytes: Int) throws -> String {
        let path = folder.path + "/" + name
        try Data(repeating: 7, count: bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func parts() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".part") || $0 == "out" }
    }

    private static let ticket = FakeHTTP.Reply.json(
        200, ["code": 0, "data": ["token": "u", "expires": 1, "domain": ""]])

    @Test(.timeLimit(.minutes(1))) func aFileGoesInPartsAndComesBackAsMessageContent() async throws
    {
        let http = try await FakeHTTP.start { first in
            if first.hasPrefix("POST") { return Self.ticket }
            let data: JSONValue = [
                "url": "/media/ab.png", "name": "x", "size": 300_000, "type": "image/png",
            ]
            #expect(first.hasPrefix("PUT /media/my%20cat%2Epng "))
            var reply = FakeHTTP.Reply.json(200, ["code": 0, "data": data])
            reply.isEarly = false
            return reply
        }
        let client = try client(http)
        let path = try file("my cat.png", bytes: 300_000)
        let steps = Shared<[Int64]>([])
        let uploaded = try await client.upload(path) { done, total in
            #expect(total == 300_000)
            steps.with { $0.append(done) }
        }
        #expect(
            steps.now == steps.now.sorted() && steps.now.last == 300_000 && steps.now.count == 6)
        #expect(uploaded.code == .image && uploaded.name == "my cat.png")
        let content = try #require(JSONValue(parsing: Array(uploaded.content.utf8)))
        #expect(content["url"].text == "/media/ab.png" && content["size"].integer == 300_000)
        let id = try await client.sendFile(path, to: 5)
        let item = try #require(try client.cache.outbox().first)
        #expect(item.clientMessageID == id && item.code == IMMessageCode.image.rawValue)
        await http.stop()
    }

    @Test(.timeLimit(.minutes(1))) func aRefusalBeforeTheEndOfAnUploadIsHeard() async throws {
        let http = try await FakeHTTP.start { first in
            if first.hasPrefix("POST") { return Self.ticket }
            var reply = FakeHTTP.Reply.json(
                413, ["code": 413, "error": "content_too_large", "msg": "Too large."])
            reply.closes = false
            return reply
        }
        let client = try client(http)
        let path = try file("big.bin", bytes: 8 << 20)
        await #expect(
            throws: ClientError.refused(code: "content_too_large", message: "Too large.")
        ) { _ = try await client.upload(path) }
        await http.stop()
    }

    @Test func whatCannotBeSentIsRefusedHere() async throws {
        let http = try await FakeHTTP.start { _ in nil }
        let client = try client(http)
        let big = try file("big.bin", bytes: Int(HTTPCaller.uploadBytesMax) + 1)
        let empty = try file("empty", bytes: 0)
        for path in [big, empty, folder.path, folder.path + "/none", "/dev/zero"] {
            await #expect(throws: ClientError.self) { _ = try await client.upload(path) }
        }
        await http.stop()
    }

    @Test(.timeLimit(.minutes(1))) func aDownloadIsThereWhenItIsWhole() async throws {
        let body = String(repeating: "abcdefgh", count: 40_000)
        let http = try await FakeHTTP.start { first in
            let length = body.utf8.count
            switch first.split(separator: " ")[1] {
            case "/media/whole":
                return FakeHTTP.Reply(
                    bytes: "HTTP/1.1 200 OK\r\ncontent-length: \(length)\r\n\r\n\(body)")
            case "/media/cut":
                return FakeHTTP.Reply(
                    bytes: "HTTP/1.1 200 OK\r\ncontent-length: \(length + 9)\r\n\r\n\(body)")
            case "/media/huge":
                return FakeHTTP.Reply(
                    bytes: "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n\(body)")
            default:
                return .json(404, ["code": 404, "error": "not_found", "msg": "No such file."])
            }
        }
        let client = try client(http)
        let path = folder.path + "/out"
        for url in ["/media/cut", "/media/huge", "/media/none", "http://elsewhere/x", "//x/y"] {
            await #expect(throws: ClientError.self) { try await client.download(url, to: path) }
            #expect(try parts().isEmpty, "\(url)")
        }
        await #expect(
            throws: ClientError.refused(code: "not_found", message: "No such file.")
        ) { try await client.download("/media/none", to: path) }
        let last = Shared<(Int64, Int64)>((0, 0))
        try await client.download("/media/whole", to: path) { done, total in
            last.with { $0 = (done, total) }
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == body)
        #expect(last.now == (Int64(body.utf8.count), Int64(body.utf8.count)))
        #expect(try parts() == ["out"])
        await #expect(throws: ClientError.self) {
            try await client.download("/media/whole", to: folder.path + "/none/out")
        }
        await http.stop()
    }

    @Test(.timeLimit(.minutes(1))) func aCancelledDownloadLeavesNothing() async throws {
        let http = try await FakeHTTP.start { _ in
            FakeHTTP.Reply(
                bytes: "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nthe beginning",
                closes: false)
        }
        let client = try client(http)
        let path = folder.path + "/out"
        let (begun, sink) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await client.download("/media/slow", to: path) { done, _ in
                if done > 0 { sink.yield() }
            }
        }
        for await _ in begun { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try parts().isEmpty)
        await http.stop()
    }
}
