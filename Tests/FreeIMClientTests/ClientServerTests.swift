import Foundation
import FreeIMClient
import FreeIMProtocol
import FreeIMServer
import Logging
import Testing

/// Two people on three devices against the real server, in one process.
@Suite struct ClientServerTests {
    /// A server that can be stopped and started again at the same address.
    private final class Host {
        let folder = TemporaryFolder()
        var server: ServerInstance?
        var config = ServerConfig()

        func start() async throws {
            config.data = folder.path + "/server"
            config.scryptLogN = 10
            config.drainSeconds = 1
            if server == nil, config.tcp?.port == 2_000 {
                config.tcp = ListenAddress(host: "127.0.0.1", port: 0)
                config.ws = nil
                config.http = ListenAddress(host: "127.0.0.1", port: 0)
            }
            let log = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            let started = try await ServerInstance.start(config, log: log)
            config.tcp = started.tcp
            config.http = started.http
            server = started
        }

        func stop() async {
            await server?.drain()
            server = nil
        }

        func options(_ device: String) -> ChatClientOptions {
            var options = ChatClientOptions()
            options.port = config.tcp?.port ?? 0
            options.httpPort = config.http?.port ?? 0
            options.deviceID = device
            options.cachePath = folder.path + "/\(device).sqlite"
            return options
        }

        func client(
            _ device: String, _ who: (userID: Int64, token: String)
        ) throws -> ChatClient {
            var options = options(device)
            options.userID = who.userID
            options.token = who.token
            return try ChatClient(options: options)
        }
    }

    /// Waits on the client's events until it holds so many texts of that chat.
    private func texts(
        _ client: ChatClient, _ chatroomID: Int64, _ count: Int
    ) async throws -> [String] {
        func held() throws -> [String] {
            try client.cache.messages(chatroomID, limit: 1_000, ownID: client.userID)
                .filter(\.isText).map(\.content)
        }
        if try held().count >= count { return try held() }
        for await _ in client.events where try held().count >= count { break }
        return try held()
    }

    @Test(.timeLimit(.minutes(1)))
    func threeDevicesHoldEachLineOnceThroughARestart() async throws {
        let host = Host()
        try await host.start()
        let alice = try await ChatClient.register(
            account: "alice", password: "password1", nickname: "爱丽丝",
            options: host.options("a1"))
        let bob = try await ChatClient.register(
            account: "bob", password: "password1", nickname: "", options: host.options("b1"))
        let bobAgain = try await ChatClient.signIn(
            account: "bob", password: "password1", options: host.options("b2"))
        let clients = [
            try host.client("a1", alice), try host.client("b1", bob),
            try host.client("b2", bobAgain),
        ]
        for client in clients {
            await client.start()
            try await client.waitUntilOnline()
        }
        try await clients[0].http("/user/add.friend", ["friend_id": .int(bob.userID)])
        let data = try await clients[1].http(
            "/user/add.friend", ["friend_id": .int(alice.userID)])
        let chat = try #require(data["chatroom_id"].integer)

        var expected: [String] = []
        for number in 0..<20 {
            let text = "第 \(number) 条 👋"
            let id = try await clients[number % 3].send(text, to: chat)
            let answer = await clients[number % 3].answer(to: id)
            guard case .acknowledged = answer else {
                Issue.record("not acknowledged: \(answer)")
                return
            }
            expected.append(text)
        }
        for client in clients { #expect(try await texts(client, chat, 20) == expected) }

        await host.stop()
        // Typed while the server is away: kept on disk, sent once when it is back.
        for await event in clients[0].events {
            if case .connection(.offline) = event { break }
        }
        let late = try await clients[0].send("typed off line", to: chat)
        #expect(await clients[0].answer(to: late) == .queued)
        try await host.start()
        for client in clients { await client.reconnectNow() }
        for client in clients {
            #expect(try await texts(client, chat, 21) == expected + ["typed off line"])
            #expect(try client.cache.doubled(chat).isEmpty)
            #expect(try client.cache.ranges(chat).ranges == [1...22])
            #expect(try client.cache.outbox().isEmpty)
        }
        for client in clients { await client.stop() }
        await host.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func aRefusedSendIsKeptWithItsReasonAndGoesOutOnRetry() async throws {
        let host = Host()
        try await host.start()
        let alice = try await ChatClient.register(
            account: "alice", password: "password1", nickname: "", options: host.options("a"))
        let bob = try await ChatClient.register(
            account: "bob", password: "password1", nickname: "", options: host.options("b"))
        let (a, b) = (try host.client("a", alice), try host.client("b", bob))
        await a.start()
        try await a.waitUntilOnline()
        try await a.http("/user/add.friend", ["friend_id": .int(bob.userID)])
        let data = try await b.http("/user/add.friend", ["friend_id": .int(alice.userID)])
        let chat = try #require(data["chatroom_id"].integer)
        try await b.http("/user/block", ["friend_id": .int(alice.userID)])
        let id = try await a.send("are you there?", to: chat)
        guard case .refused(let reason) = await a.answer(to: id) else {
            Issue.record("a blocked send was not refused")
            return
        }
        #expect(reason.contains("does not take messages"))
        #expect(try a.cache.outbox().first?.failure == reason)
        try await b.http("/user/unblock", ["friend_id": .int(alice.userID)])
        try await a.retry(id)
        #expect(try await texts(a, chat, 1) == ["are you there?"])
        await a.stop()
        await host.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func aWrongPasswordAndATakenNameSaySo() async throws {
        let host = Host()
        try await host.start()
        let options = host.options("a")
        _ = try await ChatClient.register(
            account: "alice", password: "password1", nickname: "", options: options)
        await #expect(throws: ClientError.self) {
            _ = try await ChatClient.register(
                account: "alice", password: "password2", nickname: "", options: options)
        }
        await #expect(throws: ClientError.self) {
            _ = try await ChatClient.signIn(
                account: "alice", password: "wrong-password", options: options)
        }
        await host.stop()
        await #expect(throws: ClientError.self) {
            _ = try await ChatClient.signIn(
                account: "alice", password: "password1", options: options)
        }
    }
}
