import Foundation
import FreeIMHTTPClient
import FreeIMProtocol
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import FreeIMClient

/// TLS: whom the client trusts, and what it says of whom it does not.
@Suite struct TLSTests {
    private let folder = TemporaryFolder()
    private let certificates: TestCertificates

    init() throws {
        certificates = try TestCertificates(in: folder.path)
    }

    private var authority: ClientTLS.Trust { .file(certificates.authorityPath) }

    private func options(
        _ server: FakeServer, host: String = "127.0.0.1", _ trust: ClientTLS.Trust
    ) throws -> ChatClientOptions {
        var options = fakeOptions(server, folder.path + "/cache.sqlite")
        options.host = host
        options.tls = try ClientTLS(trust)
        return options
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["127.0.0.1", "localhost"])
    func aClientChatsOverTLS(host: String) async throws {
        let server = try await FakeServer.start(head: 3, tls: certificates.signed)
        let client = try ChatClient(options: try options(server, host: host, authority))
        await client.start()
        try await client.waitUntilOnline()
        let id = try await client.send("over TLS", to: FakeServer.chatroomID)
        guard case .acknowledged = await client.answer(to: id) else {
            Issue.record("not acknowledged")
            return
        }
        #expect(try await server.with { $0.own } == ["over TLS"])
        await client.stop()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func aCertificateThatSignedItselfIsItsOwnAuthority() async throws
    {
        let server = try await FakeServer.start(head: 1, tls: certificates.selfSigned)
        let client = try ChatClient(
            options: try options(server, .file(certificates.selfSignedPath)))
        await client.start()
        try await client.waitUntilOnline()
        await client.stop()
        await server.stop()
    }

    /// The state in which the first attempt leaves a client.
    private func failure(
        _ context: NIOSSLContext, _ trust: ClientTLS.Trust
    ) async throws -> (reason: String, retryMs: Int64) {
        let server = try await FakeServer.start(head: 1, tls: context)
        let client = try ChatClient(options: try options(server, trust))
        await client.start()
        var failure = (reason: "", retryMs: Int64(0))
        for await event in client.events {
            guard case .connection(.offline(let reason, let wait)) = event else { continue }
            failure = (reason, wait ?? 0)
            break
        }
        #expect(try await server.with { $0.connections } == 0)
        await client.stop()
        await server.stop()
        return failure
    }

    @Test(.timeLimit(.minutes(1))) func whomNobodyVouchesForIsNotTrusted() async throws {
        for trust in [ClientTLS.Trust.system, authority] {
            let failure = try await failure(certificates.selfSigned, trust)
            #expect(failure.reason.contains("not trusted"))
            #expect(failure.reason.contains("give --ca FILE"))
            #expect(failure.retryMs >= 60_000)
        }
    }

    @Test(.timeLimit(.minutes(1))) func whatIsOverIsNotValid() async throws {
        let failure = try await failure(certificates.expired, authority)
        #expect(failure.reason.contains("not valid now"))
        #expect(failure.retryMs >= 60_000)
    }

    @Test(.timeLimit(.minutes(1))) func anotherNameIsNotTrusted() async throws {
        let failure = try await failure(certificates.otherName, authority)
        #expect(failure.reason.contains("for another name or address"))
        #expect(failure.retryMs >= 60_000)
    }

    @Test(.timeLimit(.minutes(1))) func aServerWithoutTLSIsSaidToBeOne() async throws {
        // It takes the handshake for a frame of an odd version, and says so.
        let plain = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Refuser())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(plain.localAddress?.port)
        let url = try #require(HTTPURL("https://127.0.0.1:\(port)"))
        let caller = try HTTPCaller(
            url, trust: authority, group: MultiThreadedEventLoopGroup.singleton)
        do {
            _ = try await caller.call("GET", "/")
            Issue.record("was answered")
        } catch HTTPCallError.tls(let failure) {
            #expect(failure.reason == .notTLS)
            #expect(failure.advice.contains("does not speak TLS there"))
            #expect(failure.advice.contains("--no-tls"))
        }
        try await plain.close()
    }

    @Test func aFileWithoutAuthoritiesIsRefused() throws {
        let empty = folder.path + "/empty.pem"
        try Data("nothing\n".utf8).write(to: URL(fileURLWithPath: empty))
        #expect(throws: TLSFailure.self) { try ClientTLS(.file(empty)) }
        do {
            _ = try ClientTLS(.file(folder.path + "/none.pem"))
            Issue.record("read a file that is not there")
        } catch {
            #expect(error.reason == .setup)
            #expect("\(error)".contains("none.pem cannot be read"))
        }
    }

    // MARK: HTTP

    private func caller(_ http: FakeHTTP, _ trust: ClientTLS.Trust) throws -> HTTPCaller {
        let url = try #require(HTTPURL("https://localhost:\(http.port)"))
        return try HTTPCaller(url, trust: trust, group: MultiThreadedEventLoopGroup.singleton)
    }

    @Test(.timeLimit(.minutes(1))) func callsAndFilesGoOverTLS() async throws {
        let http = try await FakeHTTP.start(tls: certificates.signed) { first in
            first.hasPrefix("POST /") || first.hasPrefix("PUT /")
                ? .json(200, ["code": 0, "data": 7])
                : FakeHTTP.Reply(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc")
        }
        let caller = try caller(http, authority)
        let reply = try await caller.call("POST", "/route", body: Array("{}".utf8))
        #expect(try ChatClient.data(of: reply).integer == 7)
        let sent = folder.path + "/sent"
        try Data("xyz".utf8).write(to: URL(fileURLWithPath: sent))
        #expect(try await caller.upload("PUT", "/media/x", file: sent).status == 200)
        let file = folder.path + "/file"
        #expect(try await caller.download("/media/abc", to: file).status == 200)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "abc")
        await http.stop()
    }

    @Test(.timeLimit(.minutes(1))) func aCallToWhomNobodyVouchesForFails() async throws {
        let http = try await FakeHTTP.start(tls: certificates.selfSigned) { _ in nil }
        let caller = try caller(http, authority)
        for isFile in [false, true] {
            do {
                _ =
                    isFile
                    ? try await caller.download("/x", to: folder.path + "/x")
                    : try await caller.call("GET", "/x")
                Issue.record("was answered")
            } catch HTTPCallError.tls(let failure) {
                #expect(failure.reason == .untrusted)
                #expect("\(ClientError(.tls(failure)))".contains("give --ca FILE"))
            }
        }
        await http.stop()
    }
}

/// Answers whatever comes with an Error frame, and closes.
private final class Refuser: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var frame = ByteBuffer()
        frame.writeFrame(IMError(), action: .error, sequenceID: 0, version: .json)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(frame)).whenComplete { _ in
            channel.close(promise: nil)
        }
    }
}
