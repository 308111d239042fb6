import FreeIMClient
import FreeIMProtocol

/// The linear mode: prints what comes, reads what is typed.
actor PlainSession {
    /// Messages shown of a chat that is opened.
    static let messagesShown = 10

    private let runner: CommandRunner
    private let client: ChatClient
    private let print: @Sendable (String) -> Void
    private var chatroomID: Int64?
    private var isOver = false
    private var feed: MessageFeed?
    private var feedTurn: Turn?

    init(_ runner: CommandRunner, print: @escaping @Sendable (String) -> Void = Output.line) {
        self.runner = runner
        client = runner.client
        self.print = print
    }

    /// Runs until the input ends or somebody quits. Throws `ClientError`.
    func run(opening chat: String?, input: LineInput = LineInput()) async throws {
        feed = try MessageFeed(client, after: [:])
        await client.start()
        try? await client.waitUntilOnline()
        if let chat { try await perform(CommandCall("chat.open", ["chat": .string(chat)])) }
        if chatroomID == nil { note("no chat is open; /chat NAME opens one, /help lists commands") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.listen() }
            group.addTask { await self.read(input) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// A line that is not a message.
    private func note(_ text: String) {
        print("-- " + SafeText.escaped(text))
    }

    // MARK: What comes

    private func listen() async throws {
        try await drain(nil)
        for await event in client.events {
            switch event {
            case .connection(.online): note("on line")
            case .connection(.offline(let reason, let retryMs)):
                note("off line: \(reason)")
                if retryMs == nil, !Task.isCancelled { throw ClientError.offline(reason) }
            case .notice(let text): note(text)
            case .signedOut(let reason):
                throw ClientError.refused(code: "token_expired", message: reason)
            case .connection, .conversationsChanged, .messages, .receipt, .typing, .outbox,
                .received:
                break
            }
            try await drain(event)
        }
    }

    /// Shows what an event makes ready (nil: all that is), one such after another.
    private func drain(_ event: ChatEvent?) async throws {
        let (before, turn) = (feedTurn, Turn())
        feedTurn = turn
        await before?.wait()
        defer { turn.end() }
        guard var feed else { return }
        defer { self.feed = feed }
        let show: (ChatMessage) async throws -> Void = { await self.show($0) }
        if let event {
            try await feed.take(event, each: show)
        } else {
            try await feed.drainAll(show)
        }
    }

    private func show(_ message: ChatMessage) async {
        let line = MessageText.line(message, client)
        if message.chatroomID == chatroomID {
            print(line)
            if message.userID != client.userID {
                try? await client.markRead(message.chatroomID, through: message.seq)
            }
        } else {
            print("[\(SafeText.escaped(title(message.chatroomID)))] \(line)")
        }
    }

    private func title(_ chatroomID: Int64) -> String {
        let chat = try? client.cache.conversation(chatroomID, ownID: client.userID)
        guard let title = chat?.title, !title.isEmpty else { return "\(chatroomID)" }
        return title
    }

    // MARK: What is typed

    private func read(_ input: LineInput) async {
        while !isOver, let line = await input.next() {
            switch line {
            case .tooLong: note("longer than \(LineScanner.lineBytesMax) bytes: not taken")
            case .text(let text):
                do {
                    try await take(text)
                } catch {
                    note("\(error)")
                }
            }
        }
        // What was sent last is shown before it ends.
        try? await drain(nil)
    }

    private func take(_ line: String) async throws {
        if line.allSatisfy(\.isWhitespace) { return }
        guard line.hasPrefix("/"), !line.hasPrefix("//") else {
            guard let chatroomID else {
                return note("no chat is open; /chat NAME opens one")
            }
            let text = line.hasPrefix("//") ? String(line.dropFirst()) : line
            return try await perform(
                CommandCall("message.send", ["chat": .int(chatroomID), "text": .string(text)]))
        }
        switch CommandTable.parse(slash: line) {
        case .wrong(let what): note(what)
        case .call(let call): try await perform(call)
        }
    }

    private func perform(_ call: CommandCall) async throws {
        switch call.name {
        case "quit": isOver = true
        case "help":
            for definition in CommandTable.all {
                note("\(definition.usage): \(definition.summary)")
            }
        case "reconnect": await client.reconnectNow()
        case "retry": try await retry()
        default:
            let result = try await runner.run(call, chatroomID: chatroomID)
            try await show(result, of: call)
        }
    }

    private func show(_ result: CommandResult, of call: CommandCall) async throws {
        // What was sent shows as a message; one that waits has only the notice.
        let isShown = RPCServer.sending.contains(call.name) && result.data["queued"] == .null
        if !result.notice.isEmpty, !isShown { note(result.notice) }
        if let listing = result.listing {
            note(listing.title + (listing.rows.isEmpty ? ": none" : ":"))
            for row in listing.rows { note("  " + row.text) }
        }
        if let opened = result.opens { try await open(opened) }
    }

    private func open(_ chatroomID: Int64) async throws {
        self.chatroomID = chatroomID
        note("chat: \(title(chatroomID))")
        let count = PlainSession.messagesShown
        try? await client.loadOlder(chatroomID, before: nil, limit: count)
        let messages = try client.cache.page(
            chatroomID, .newest, limit: count, ownID: client.userID)
        for message in messages { print(MessageText.line(message, client)) }
        guard let first = messages.first?.seq, let last = messages.last?.seq else { return }
        await skip(chatroomID, first...last)
        try await client.markRead(chatroomID, through: last)
    }

    private func skip(_ chatroomID: Int64, _ seqs: ClosedRange<Int64>) async {
        let (before, turn) = (feedTurn, Turn())
        feedTurn = turn
        await before?.wait()
        feed?.skip(chatroomID, seqs)
        turn.end()
    }

    private func retry() async throws {
        let refused = try client.cache.outbox(chatroomID).filter { $0.failure != nil }
        for item in refused { try await client.retry(item.clientMessageID) }
        note("\(refused.count) sent again")
    }
}
