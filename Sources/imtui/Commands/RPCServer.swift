import Dispatch
import FreeIMClient
import FreeIMProtocol

/// Carries out the requests of a program with one client, and gives it events.
actor RPCServer: RPCRunning {
    /// Names of chats that are remembered.
    private static let namesMax = 1_024
    /// Commands that put something into the outbox.
    static let sending: Set<String> = [
        "message.send", "message.reply", "message.edit", "message.recall", "message.react",
        "file.send",
    ]

    private let client: ChatClient
    private let runner: CommandRunner
    private let output: @Sendable (JSONValue) async -> Void
    private var wanted: Set<RPCEvent> = []
    private var feed: MessageFeed?
    private var feedNumber = 0
    private var feedTurn: Turn?
    private var pump: Task<Void, Never>?
    private var names: [String: Int64] = [:]

    init(
        _ client: ChatClient, _ runner: CommandRunner,
        _ output: @escaping @Sendable (JSONValue) async -> Void
    ) {
        self.client = client
        self.runner = runner
        self.output = output
    }

    func run(
        _ call: CommandCall, enqueued: @escaping @Sendable () -> Void
    ) async throws -> CommandResult {
        if CommandTable.find(call.name)?.reach == .connection {
            // Without a connection a send waits on disk; whatever else needs one says so.
            try? await client.waitUntilOnline()
        }
        return try await runner.run(
            call, chatroomID: nil, enqueued: enqueued, progress: { _, _ in })
    }

    func placed(_ call: CommandCall) async -> (call: CommandCall, chatroomID: Int64?) {
        guard RPCServer.sending.contains(call.name), let chat = call.arguments["chat"] else {
            return (call, nil)
        }
        if case .int(let number) = chat { return (call, number) }
        guard let name = chat.text else { return (call, nil) }
        if names[name] == nil {
            if names.count >= RPCServer.namesMax { names = [:] }
            names[name] = try? await ChatName.resolve(name, client)
        }
        guard let chatroomID = names[name] else { return (call, nil) }
        var placed = call
        placed.arguments["chat"] = .int(chatroomID)
        return (placed, chatroomID)
    }

    func subscribe(_ events: Set<RPCEvent>, after: [Int64: Int64]?) async throws {
        wanted = events
        if events.contains(.message), after != nil || feed == nil {
            feed = try MessageFeed(client, after: after ?? [:])
            feedNumber += 1
        } else if !events.contains(.message) {
            feed = nil
        }
        if pump == nil, !events.isEmpty {
            // Owned by the server: ends with the client's events, when the client is stopped.
            pump = Task { await give() }
        }
        if events.contains(.connection) {
            await output(RPCServer.event(.connection, RPCServer.state(await client.state)))
        }
        await drain(nil)
    }

    private func give() async {
        for await event in client.events {
            await drain(event)
            if let (kind, fields) = describe(event), wanted.contains(kind) {
                await output(RPCServer.event(kind, fields))
            }
        }
    }

    /// Gives the messages that an event makes ready (nil: all that are), one such after another.
    private func drain(_ event: ChatEvent?) async {
        let (before, turn) = (feedTurn, Turn())
        feedTurn = turn
        await before?.wait()
        defer { turn.end() }
        guard var feed else { return }
        let number = feedNumber
        let give: (ChatMessage) async throws -> Void = { [client, output] message in
            let json = MessageText.json(message, client, after: true)
            await output(RPCServer.event(.message, json))
        }
        do {
            if let event {
                try await feed.take(event, each: give)
            } else {
                try await feed.drainAll(give)
            }
        } catch {
            await output(RPCServer.event(.notice, ["text": .string("\(error)")]))
        }
        if number == feedNumber, self.feed != nil { self.feed = feed }
    }

    static func event(_ kind: RPCEvent, _ fields: JSONValue) -> JSONValue {
        guard case .object(var object) = fields else { return fields }
        object["v"] = .int(RPCSchema.version)
        object["event"] = .string(kind.rawValue)
        return .object(object)
    }

    private static func state(_ state: ConnectionState) -> JSONValue {
        switch state {
        case .online: return ["state": "online"]
        case .connecting: return ["state": "connecting"]
        case .offline(let reason, let retryMs):
            return [
                "state": "offline", "reason": .string(reason),
                "retry_ms": retryMs.map { .int($0) } ?? .null,
            ]
        }
    }

    private func describe(_ event: ChatEvent) -> (RPCEvent, JSONValue)? {
        switch event {
        case .connection(let state): return (.connection, RPCServer.state(state))
        case .conversationsChanged: return (.conversations, [:])
        case .messages, .received: return nil
        case .receipt(let chatroomID):
            let chat = try? client.cache.conversation(chatroomID, ownID: client.userID)
            return (
                .receipt,
                [
                    "chatroom_id": .int(chatroomID), "read_seq": .int(chat?.readSeq ?? 0),
                    "peer_delivered_seq": .int(chat?.peerDeliveredSeq ?? 0),
                    "peer_read_seq": .int(chat?.peerReadSeq ?? 0),
                ]
            )
        case .typing(let chatroomID, let userID, let isTyping):
            return (
                .typing,
                [
                    "chatroom_id": .int(chatroomID), "user_id": .int(userID),
                    "typing": .bool(isTyping),
                ]
            )
        case .outbox(let chatroomID):
            let waiting = (try? client.cache.outbox(chatroomID))?.count ?? 0
            return (
                .outbox, ["chatroom_id": .int(chatroomID), "waiting": .int(Int64(waiting))]
            )
        case .signedOut(let reason): return (.signedOut, ["reason": .string(reason)])
        case .notice(let text): return (.notice, ["text": .string(text)])
        }
    }
}
