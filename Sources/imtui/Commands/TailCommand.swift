import ArgumentParser
import FreeIMClient
import FreeIMProtocol

struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Prints messages as they come, until ended.",
        discussion: """
            With --after it goes on behind a place, without a gap: what came since is printed \
            first, then what comes. Each JSON line has "after", the place to go on behind. A file \
            of places may be given too: append the "after" of each line once it is dealt with; \
            when there is no such file, it is made with the places where the chats stand now.
            Ends with 0 on SIGTERM, SIGINT, and when nobody reads any more.
            """)
    @OptionGroup var common: CommonOptions
    @Option(help: "Only this chat: a number, @account, or a title.") var chat: String?
    @Option(help: "SEQ (with --chat), CHAT:SEQ,CHAT:SEQ, or a file with a CHAT:SEQ a line.")
    var after: String?
    @Option(help: "End after so many messages.") var count: Int?

    func run() async throws {
        if let after, case .seq = TailPosition(after), chat == nil {
            throw ValidationError("--after \(after) needs --chat; or write CHAT:SEQ")
        }
        let client = try common.client()
        try await Interruption.ends {
            do {
                try await tail(client)
            } catch {
                await client.stop()
                throw error
            }
            await client.stop()
        }
    }

    private func tail(_ client: ChatClient) async throws {
        var feed: MessageFeed
        if let chat {
            // The chat's name may have to be asked for; its feed begins before anything comes.
            let begun = try MessageFeed(client, after: [:])
            await client.start()
            try? await client.waitUntilOnline()
            let only = try await ChatName.resolve(chat, client)
            feed = begun.limited(to: only, after: try places(only))
        } else {
            feed = try MessageFeed(client, after: try places(nil))
            await client.start()
        }
        if case .file(let path) = after.map(TailPosition.init) {
            if try TailPosition.load(path) == nil {
                try? await client.waitUntilOnline()
                try TailPosition.begin(try feed.positions(), path)
            } else {
                feed.beginsUnnamedAtFirst()
            }
        }
        try await follow(client, &feed)
    }

    /// The places to begin behind.
    private func places(_ only: Int64?) throws -> [Int64: Int64] {
        guard let after else { return [:] }
        switch TailPosition(after) {
        case .seq(let seq): return only.map { [$0: seq] } ?? [:]
        case .places(let places): return places
        case .file(let path): return try TailPosition.load(path) ?? [:]
        }
    }

    private func follow(_ client: ChatClient, _ feed: inout MessageFeed) async throws {
        var left = count ?? Int.max
        let show: (ChatMessage) throws -> Void = { message in
            if left <= 0 { throw CancellationError() }
            write(message, client)
            left -= 1
            if left == 0 { throw CancellationError() }
        }
        do {
            try await feed.drainAll(show)
            for await event in client.events {
                switch event {
                case .connection(.offline(let reason, let retryMs)):
                    if Task.isCancelled { return }
                    Output.complaint("off line: \(reason)")
                    if retryMs == nil { throw ClientError.offline(reason) }
                case .signedOut(let reason):
                    throw ClientError.refused(code: "token_expired", message: reason)
                case .connection, .conversationsChanged, .messages, .receipt, .typing, .outbox,
                    .notice, .received:
                    try await feed.take(event, each: show)
                }
            }
        } catch is CancellationError {
            return
        }
    }

    private func write(_ message: ChatMessage, _ client: ChatClient) {
        if common.json {
            Output.json(MessageText.json(message, client, after: true))
        } else {
            let chat = self.chat == nil ? "[\(message.chatroomID)] " : ""
            Output.line(chat + MessageText.line(message, client))
        }
    }
}
