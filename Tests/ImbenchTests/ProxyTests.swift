import Foundation
import FreeIMCore
import NIOCore
import NIOPosix
import Testing

@testable import imbench

@Suite struct ProxyTests {
    /// An echo server, a proxy in front of it, and clients of the proxy.
    private struct Fixture {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let proxy: Proxy
        let port: Int

        init() async throws {
            proxy = Proxy(group: group)
            let echo = try await ServerBootstrap(group: group)
                .childChannelInitializer { $0.pipeline.addHandler(EchoHandler()) }
                .bind(host: "127.0.0.1", port: 0).get()
            let target = echo.localAddress?.port ?? 0
            port = try await proxy.start { ("127.0.0.1", target) }
        }

        func client() async throws -> (channel: any Channel, heard: GatheringHandler) {
            let handler = GatheringHandler()
            let channel = try await ClientBootstrap(group: group)
                .channelInitializer { $0.pipeline.addHandler(handler) }
                .connect(host: "127.0.0.1", port: port).get()
            return (channel, handler)
        }

        func end() async throws {
            await proxy.stop()
            #expect(proxy.connections == 0)
            try await group.shutdownGracefully()
        }
    }

    private static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    @Test func bytesPassUnchangedInAllSizes() async throws {
        let fixture = try await Fixture()
        var all: [UInt8] = []
        let (channel, heard) = try await fixture.client()
        for (number, size) in [1, 2, 13, 4_096, 70_000, 1, 2_000_000, 5].enumerated() {
            let part = Self.bytes(size, seed: UInt64(number))
            all += part
            try await channel.writeAndFlush(ByteBuffer(bytes: part))
        }
        let wanted = all.count
        let got = await heard.wait { $0.bytes.count >= wanted || $0.isEnded }
        #expect(got.bytes == all)
        #expect(fixture.proxy.connections == 1)
        try await channel.close()
        try await fixture.end()
    }

    @Test func manyConnectionsAtOnce() async throws {
        let fixture = try await Fixture()
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            for number in 0..<60 {
                tasks.addTask {
                    let part = Self.bytes(3_000 + number, seed: UInt64(number))
                    let (channel, heard) = try await fixture.client()
                    try await channel.writeAndFlush(ByteBuffer(bytes: part))
                    let got = await heard.wait { $0.bytes.count >= part.count || $0.isEnded }
                    try await channel.close()
                    return got.bytes == part
                }
            }
            for try await isEqual in tasks { #expect(isEqual) }
        }
        try await fixture.end()
    }

    @Test func aDelayHoldsBackInBothDirections() async throws {
        let fixture = try await Fixture()
        let (channel, heard) = try await fixture.client()
        fixture.proxy.delay(milliseconds: 60, seconds: 30)
        let begun = NIODeadline.now()
        for byte in 0..<50 { try await channel.writeAndFlush(ByteBuffer(bytes: [UInt8(byte)])) }
        let got = await heard.wait { $0.bytes.count >= 50 || $0.isEnded }
        #expect(got.bytes == Array(0..<50))
        #expect(NIODeadline.now() - begun >= .milliseconds(120))
        // The end waits its turn as well.
        try await channel.writeAndFlush(ByteBuffer(bytes: [77]))
        let last = await heard.wait { $0.bytes.count >= 51 || $0.isEnded }
        #expect(last.bytes.last == 77)
        try await channel.close()
        try await fixture.end()
    }

    @Test func aCutEndsInTheMiddle() async throws {
        let fixture = try await Fixture()
        let (channel, heard) = try await fixture.client()
        let (other, quiet) = try await fixture.client()
        try await channel.writeAndFlush(ByteBuffer(bytes: [1]))
        _ = await heard.wait { $0.bytes.count == 1 || $0.isEnded }
        fixture.proxy.cut(share: 1, seed: 5)
        try? await channel.writeAndFlush(
            ByteBuffer(bytes: Array(repeating: 7, count: 5_000)))
        let got = await heard.wait { $0.isEnded }
        #expect(got.bytes.count <= 65)
        // One that says nothing goes all the same.
        _ = await quiet.wait { $0.isEnded }
        #expect(!channel.isActive && !other.isActive)
        try await fixture.end()
    }

    @Test func aResetIsOne() async throws {
        let fixture = try await Fixture()
        let (channel, heard) = try await fixture.client()
        try await channel.writeAndFlush(ByteBuffer(bytes: [1]))
        _ = await heard.wait { $0.bytes.count == 1 || $0.isEnded }
        fixture.proxy.reset(share: 1, seed: 5)
        let got = await heard.wait { $0.isEnded }
        #expect((got.error as? IOError)?.errnoCode == ECONNRESET)
        try await fixture.end()
    }

    @Test func aFreezeLosesNothing() async throws {
        let fixture = try await Fixture()
        let (channel, heard) = try await fixture.client()
        try await channel.writeAndFlush(ByteBuffer(bytes: [1]))
        _ = await heard.wait { $0.bytes.count == 1 || $0.isEnded }
        fixture.proxy.freeze(share: 1, seconds: 0.1, seed: 5)
        let begun = NIODeadline.now()
        let all = Self.bytes(500_000, seed: 8)
        try await channel.writeAndFlush(ByteBuffer(bytes: all))
        let got = await heard.wait { $0.bytes.count > all.count || $0.isEnded }
        #expect(got.bytes == [1] + all)
        #expect(NIODeadline.now() - begun >= .milliseconds(90))
        try await channel.close()
        try await fixture.end()
    }

    @Test func onlyAShareIsMeant() async throws {
        let fixture = try await Fixture()
        var clients: [(channel: any Channel, heard: GatheringHandler)] = []
        for _ in 0..<20 {
            let client = try await fixture.client()
            try await client.channel.writeAndFlush(ByteBuffer(bytes: [1]))
            _ = await client.heard.wait { $0.bytes.count == 1 || $0.isEnded }
            clients.append(client)
        }
        fixture.proxy.reset(share: 0.5, seed: 11)
        for client in clients { try? await client.channel.writeAndFlush(ByteBuffer(bytes: [2])) }
        var ended = 0
        for client in clients {
            let got = await client.heard.wait { $0.bytes.count == 2 || $0.isEnded }
            ended += got.isEnded ? 1 : 0
        }
        #expect((4...16).contains(ended))
        try await fixture.end()
    }

    @Test func aTargetThatRefusesEndsTheClient() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let proxy = Proxy(group: group)
        let port = try await proxy.start { ("127.0.0.1", 1) }
        let handler = GatheringHandler()
        _ = try await ClientBootstrap(group: group)
            .channelInitializer { $0.pipeline.addHandler(handler) }
            .connect(host: "127.0.0.1", port: port).get()
        _ = await handler.wait { $0.isEnded }
        await proxy.stop()
        try await group.shutdownGracefully()
    }
}
