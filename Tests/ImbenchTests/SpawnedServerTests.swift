import Foundation
import FreeIMHTTPClient
import FreeIMProtocol
import NIOCore
import NIOPosix
import Testing

@testable import imbench

/// The real server, started, disturbed and ended.
@Suite(.serialized) struct SpawnedServerTests {
    private static func accepts(_ server: SpawnedServer) async throws -> Bool {
        let group = MultiThreadedEventLoopGroup.singleton
        let outcome = try await HostilePeer.run(
            host: server.host, port: server.tcpPort, identity: nil, frames: 0, seed: 1,
            on: group.next()
        ).get()
        return outcome == .ok(frames: 0)
    }

    private static func stillThere(_ pid: Int32) -> Bool { kill(pid, 0) == 0 }

    @Test func itStartsIsKilledAndComesBackOnItsPorts() async throws {
        let server = try SpawnedServer(plan: ServerPlan())
        defer { server.remove() }
        #expect(server.exit == nil && server.pid == 0)
        try server.start()
        let (port, pid) = (server.tcpPort, server.pid)
        #expect(port > 0 && server.httpPort > 0 && server.host == "127.0.0.1")
        #expect(try !server.adminToken().isEmpty)
        #expect(try await Self.accepts(server))
        #expect(ProcessProbe(pid: pid).openFiles > 3)
        #expect(ProcessProbe(pid: pid).openFiles < 64)
        server.kill()
        #expect(server.exit == nil && !Self.stillThere(pid))
        try server.start()
        #expect(server.tcpPort == port && server.pid != pid)
        #expect(try await Self.accepts(server))
        server.stop()
        server.resume()
        #expect(server.terminate() == 0)
        #expect(server.exit == nil)
        server.remove()
        #expect(!FileManager.default.fileExists(atPath: server.folder))
    }

    @Test func aStoppedServerEndsToo() throws {
        let server = try SpawnedServer(plan: ServerPlan())
        try server.start()
        server.stop()
        server.remove()
        #expect(!Self.stillThere(server.pid))
    }

    @Test func whoIsRemovedDoesNotStart() throws {
        let server = try SpawnedServer(plan: ServerPlan())
        server.remove()
        #expect(throws: BenchError.self) { try server.start() }
        #expect(server.pid == 0)
    }

    /// It comes back while clients of the one before still hang on, from any port of theirs.
    @Test func portsAreKeptFromThoseWhoReconnect() throws {
        let port = LoopbackPort.pick()
        #expect((1..<32_768).contains(port) && LoopbackPort.isFree(port))
        let server = try SpawnedServer(plan: ServerPlan())
        defer { server.remove() }
        try server.start()
        #expect(!LoopbackPort.isFree(server.tcpPort))
        try server.start()
        #expect((10_000..<32_768).contains(server.tcpPort) && server.httpPort < 32_768)
    }

    @Test func anEndOfItsOwnIsNoticed() throws {
        let server = try SpawnedServer(plan: ServerPlan())
        defer { server.remove() }
        try server.start()
        kill(server.pid, SIGKILL)
        while server.exit == nil { sched_yield() }
        #expect(server.exit == 128 + SIGKILL)
        server.kill()
        #expect(server.exit == 128 + SIGKILL)
    }

    @Test func whatDoesNotStartSaysWhy() throws {
        var plan = ServerPlan()
        plan.command = ["freeim-server", "--read-threads", "none"]
        let server = try SpawnedServer(plan: plan)
        defer { server.remove() }
        do {
            try server.start()
            Issue.record("it started")
        } catch {
            let error = error as? BenchError
            #expect(error?.kind == .unreachable)
            #expect(error?.description.contains("read-threads") == true)
            #expect(error?.description.contains("status 1") == true)
        }
        #expect(!server.log(lines: 3).isEmpty)
    }

    @Test func aFullDiskRefusesAndRecovers() async throws {
        let server = try SpawnedServer(plan: ServerPlan())
        defer { server.remove() }
        try server.start()
        let caller = HTTPCaller(
            host: server.host, port: server.httpPort, group: MultiThreadedEventLoopGroup.singleton)
        func register(_ account: String) async throws -> Int {
            try await caller.call(
                "POST", "/register",
                body: Array(
                    #"{"account":"\#(account)","password":"long enough","nickname":"n"}"#.utf8)
            ).status
        }
        #expect(try await register("before") == 200)
        try server.setDiskFull(true)
        #expect(try await register("meanwhile") >= 500)
        try server.setDiskFull(false)
        #expect(try await register("after") == 200)
        try server.setDiskFull(true)
        server.kill()
        try server.start()
        #expect(try await register("anew") == 200)
    }

    /// What its clock says: the ServerTime of a Heartbeat's answer, milliseconds.
    private static func time(of server: SpawnedServer) async throws -> Int64 {
        let heard = GatheringHandler()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(heard) }
            .connect(host: server.host, port: server.tcpPort).get()
        var frame = ByteBuffer()
        frame.writeFrame(
            IMHeartbeat(), action: .heartbeat, sequenceID: 1, version: .protobuf)
        try await channel.writeAndFlush(frame)
        var decoder = FrameDecoder()
        decoder.append(ByteBuffer(bytes: await heard.wait { $0.bytes.count > 13 }.bytes))
        let answer = try #require(try decoder.next())
        try await channel.close()
        return try BodyCoding.decode(IMHeartbeat.self, from: answer.body, version: .protobuf)
            .serverTime
    }

    @Test func itsClockSteps() async throws {
        let server = try SpawnedServer(plan: ServerPlan())
        defer { server.remove() }
        try server.start()
        let before = try await Self.time(of: server)
        #expect(abs(before - Int64(Date().timeIntervalSince1970 * 1_000)) < 60_000)
        try server.stepClock(by: -7_200_000)
        #expect(abs(try await Self.time(of: server) - before + 7_200_000) < 60_000)
        try server.stepClock(by: 3_600_000)
        #expect(abs(try await Self.time(of: server) - before + 3_600_000) < 60_000)
        server.kill()
        try server.start()
        #expect(abs(try await Self.time(of: server) - before + 3_600_000) < 60_000)
    }

    @Test func faultsReachIt() async throws {
        let server = try SpawnedServer(
            plan: ServerPlan(), extraEnvironment: ["FREEIM_TEST_FAULTS": "nonsense=1"])
        defer { server.remove() }
        let error = #expect(throws: BenchError.self) { try server.start() }
        #expect(error?.description.contains("ack_early") == true)
    }

    /// Strangers, and a device that authenticated first.
    @Test(arguments: [true, false]) func hostileFramesAreBorne(isAuthenticated: Bool) async throws {
        let server = try SpawnedServer(plan: ServerPlan())
        defer { server.remove() }
        try server.start()
        var identity: HostilePeer.Identity?
        if isAuthenticated { identity = try await Self.provision(server) }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        var frames = 0
        for seed in 1...60 {
            let outcome = try await HostilePeer.run(
                host: server.host, port: server.tcpPort, identity: identity, frames: 12,
                seed: UInt64(seed), on: loop
            ).get()
            if case .ok(let sent) = outcome {
                frames += sent
            } else {
                Issue.record("seed \(seed): \(outcome)")
            }
        }
        #expect(frames > 120)
        #expect(server.exit == nil)
    }

    /// A user with one device.
    private static func provision(_ server: SpawnedServer) async throws -> HostilePeer.Identity {
        let caller = HTTPCaller(
            host: server.host, port: server.httpPort, group: MultiThreadedEventLoopGroup.singleton)
        let body: JSONValue = [
            "users": [["account": "h", "nickname": "h", "devices": [["device_id": "d"]]]],
            "friendships": [], "groups": [],
        ]
        let reply = try await caller.call(
            "POST", "/admin/provision",
            headers: [("authorization", "Bearer \(try server.adminToken())")],
            body: try body.bytes())
        let user = try #require(JSONValue(parsing: reply.body)?["data"]["users"].items.first)
        return HostilePeer.Identity(
            userID: try #require(user["member_id"].integer), deviceID: "d",
            token: try #require(user["devices"].items.first?["access_token"].text))
    }
}
