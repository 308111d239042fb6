import Foundation
import FreeIMHTTPClient
import FreeIMProtocol
import NIOCore
import NIOPosix
import Testing

@testable import FreeIMServer

@Suite struct WebhookCallerTests {
    private let fixture = StoreFixture()

    private func caller(waitingCallsMax: Int = 256) throws -> WebhookCaller {
        _ = try StoreOpening.prepare(fixture.folder)
        let path = fixture.folder + "/webhook.key"
        if !FileManager.default.fileExists(atPath: path) {
            try Data("0123456789abcdef\n".utf8).write(to: URL(fileURLWithPath: path))
        }
        return try WebhookCaller(fixture.folder, waitingCallsMax: waitingCallsMax)
    }

    /// Says that a request has begun to come, and answers nothing.
    private final class Silence: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let began: () -> Void

        init(_ began: @escaping () -> Void) {
            self.began = began
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { began() }
    }

    /// The value is that of Python's `hmac` for the same key and text.
    @Test func theSignature() throws {
        let signature = try caller().signature(Array(#"{"a":1}"#.utf8), seconds: 1_700_000_000)
        #expect(
            signature
                == "t=1700000000,v1="
                + "9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23")
    }

    @Test func nobodyIsKeptWaitingBehindTooMany() async throws {
        let caller = try caller(waitingCallsMax: 1)
        let (accepted, continuation) = AsyncStream.makeStream(of: (any Channel).self)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Silence { continuation.yield(channel) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(
            HTTPURL("http://127.0.0.1:\(server.localAddress?.port ?? 0)/"))
        let call = WebhookCall(kind: "identity", delivery: "d", body: [])
        async let first = caller.outcomeForWaiting(address, call, secondsMax: 60)
        var channels = accepted.makeAsyncIterator()
        let channel = try #require(await channels.next())
        let refusal = await #expect(throws: Refusal.self) {
            try await caller.outcomeForWaiting(address, call, secondsMax: 60)
        }
        #expect(refusal?.code == .busy)
        try await channel.close()
        guard case .failed(_, let wasSent) = try await first else {
            Issue.record("a call without an answer has failed")
            return
        }
        #expect(wasSent)
        try await server.close()
    }

    @Test func nicknamesFromOutside() {
        #expect(IdentityProvider.nickname(" a\u{202e}b\n ") == "ab")
        #expect(IdentityProvider.nickname(String(repeating: "x", count: 70)).count == 64)
        #expect(IdentityProvider.nickname("\u{0}\u{200b}") == "")
    }
}
