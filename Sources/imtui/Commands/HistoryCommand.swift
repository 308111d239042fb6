import ArgumentParser
import FreeIMClient
import FreeIMProtocol

struct HistoryCommand: AsyncParsableCommand {
    /// Messages that one call prints at most; `export` has no bound.
    static let messagesMax = 10_000

    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Prints the newest messages of a chat.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "A chat's number, @account, or its title.") var chat: String
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
        let limit = min(max(limit, 1), HistoryCommand.messagesMax)
        if !offline { try await client.loadOlder(chatroomID, before: before, limit: limit) }
        let messages = try client.cache.page(
            chatroomID, before.map { .before($0) } ?? .newest, limit: limit,
            ownID: client.userID)
        for message in messages {
            common.show(MessageText.json(message, client), MessageText.line(message, client))
        }
        await client.stop()
    }
}
