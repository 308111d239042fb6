import ArgumentParser
import Foundation
import FreeIMClient
import FreeIMProtocol

struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sends; with '-' each line of standard input is a message.",
        discussion: """
            Waits until the server has stored the message. Off line, the message is kept and goes \
            out with the next connection; the exit code is 3 then.
            """)
    @OptionGroup var common: CommonOptions
    @Argument(help: "A chat's number, @account, or a group's name.") var chat: String
    @Argument(help: "The text, or '-' for standard input.") var text: [String]

    func run() async throws {
        let client = try common.client()
        await client.start()
        var isOffline = false
        do { try await client.waitUntilOnline() } catch { isOffline = true }
        do {
            let chatroomID = try await ChatName.resolve(chat, client)
            var worst = ExitStatus.success
            if text == ["-"] {
                while let line = readLine(strippingNewline: true) {
                    worst = max(worst, try await send(line, chatroomID, client))
                }
            } else {
                worst = try await send(text.joined(separator: " "), chatroomID, client)
            }
            await client.stop()
            throw ExitCode(worst)
        } catch let error as ClientError where isOffline {
            await client.stop()
            throw error
        }
    }

    private func send(
        _ line: String, _ chatroomID: Int64, _ client: ChatClient
    ) async throws -> Int32 {
        let id = try await client.send(line, to: chatroomID)
        switch await client.answer(to: id) {
        case .acknowledged(let chatroomID, let seq, let messageID):
            common.show(
                [
                    "chatroom_id": .int(chatroomID), "seq": .int(seq),
                    "message_id": .string(messageID),
                ], "sent #\(seq)")
            return ExitStatus.success
        case .refused(let reason):
            try client.cache.discard(id)
            Output.complaint("not sent: \(reason)")
            return ExitStatus.failed
        case .queued:
            common.show(["queued": .string(id)], "queued: it goes out with the next connection")
            return ExitStatus.unreachable
        }
    }
}

struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Prints messages as they come, until ended.")
    @OptionGroup var common: CommonOptions
    @Option(help: "Only this chat: a number, @account, or a group's name.") var chat: String?
    @Option(help: "End after so many messages.") var count: Int?

    func run() async throws {
        let client = try common.client()
        await client.start()
        var only: Int64?
        if let chat {
            try? await client.waitUntilOnline()
            only = try await ChatName.resolve(chat, client)
        }
        var left = count ?? Int.max
        for await event in client.events {
            switch event {
            case .received(let message):
                if let only, message.chatroomID != only { continue }
                common.show(
                    Output.json(message, client),
                    (only == nil ? "[\(message.chatroomID)] " : "") + Output.text(message, client))
                left -= 1
            case .connection(.offline(let reason, let retryMs)):
                Output.complaint("off line: \(reason)")
                if retryMs == nil { throw ClientError.offline(reason) }
            case .signedOut(let reason):
                throw ClientError.refused(code: "token_expired", message: reason)
            case .connection, .conversationsChanged, .messages, .receipt, .typing, .outbox,
                .notice:
                break
            }
            if left <= 0 { break }
        }
        await client.stop()
    }
}

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Prints the newest messages of a chat.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "A chat's number, @account, or a group's name.") var chat: String
    @Option(help: "Messages at most.") var limit = 50
    @Option(help: "Only messages before this seq.") var before: Int64?
    @Flag(help: "Print what the cache holds; ask the server for nothing.") var offline = false

    func run() async throws {
        let client = try common.client()
        if !offline {
            await client.start()
            try await client.waitUntilOnline()
        }
        let chatroomID = try await ChatName.resolve(chat, client)
        let limit = min(max(limit, 1), 100_000)
        if !offline { try await client.loadOlder(chatroomID, before: before, limit: limit) }
        let messages = try client.cache.messages(
            chatroomID, beforeSeq: before, limit: limit, ownID: client.userID)
        for message in messages {
            common.show(Output.json(message, client), Output.text(message, client))
        }
        await client.stop()
    }
}

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Searches what the cache holds.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "What to look for.") var text: String
    @Option(help: "Only this chat's number.") var chat: Int64?
    @Option(help: "Messages at most.") var limit = 50

    func run() async throws {
        let client = try common.client()
        let found = try client.cache.search(
            text, chatroomID: chat, limit: min(max(limit, 1), 10_000), ownID: client.userID)
        for message in found {
            common.show(
                Output.json(message, client),
                "[\(message.chatroomID)] " + Output.text(message, client))
        }
    }
}

struct ChatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chats", abstract: "Lists the chats, the most recent first.")
    @OptionGroup var common: CommonOptions
    @Flag(help: "Print what the cache holds; ask the server for nothing.") var offline = false

    func run() async throws {
        let client = try common.client()
        if !offline {
            await client.start()
            try await client.waitUntilOnline()
        }
        for chat in try client.cache.conversations(ownID: client.userID) {
            let kind = chat.type == 2 ? "group" : "single"
            common.show(
                [
                    "chatroom_id": .int(chat.chatroomID), "type": .string(kind),
                    "title": .string(chat.title), "peer_id": .int(chat.peerID),
                    "unread": .int(chat.unread), "head_seq": .int(chat.headSeq),
                ],
                SafeText.escaped(
                    "\(chat.chatroomID)\t\(kind)\t\(chat.title)\t\(chat.unread) unread"))
        }
        await client.stop()
    }
}
