import ArgumentParser
import FreeIMClient

struct PlainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plain", abstract: "Chats line by line, without moving the cursor.",
        discussion: """
            For screen readers, logs, and terminals that can do no more. Messages are printed as \
            they come; a line that is typed goes to the open chat, and one that begins with a \
            slash is a command: /chat NAME opens a chat, /help lists them all. A message that \
            begins with a slash is written with two. Ends with /quit and at the end of the input.
            """)
    @OptionGroup var common: CommonOptions
    @Option(help: "Open this chat: a number, @account, or a title.") var chat: String?

    func run() async throws { try await PlainCommand.run(common, chat: chat) }

    static func run(_ common: CommonOptions, chat: String?) async throws {
        let client = try common.client()
        let session = PlainSession(
            CommandRunner(client: client, signedOut: common.forgetToken))
        try await Interruption.ends {
            do {
                try await session.run(opening: chat)
            } catch {
                await client.stop()
                throw error
            }
            await client.stop()
        }
    }
}
