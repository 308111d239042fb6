import ArgumentParser
import Foundation
import FreeIMClient

/// imtui: a chat client for the terminal, and its headless commands.
@main
struct ImtuiCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "imtui",
        abstract: "Chat from a terminal; without a command, the screen opens.",
        discussion: ExitStatus.help,
        subcommands: [
            ScreenCommand.self, RegisterCommand.self, LoginCommand.self, LogoutCommand.self,
            SendCommand.self, TailCommand.self, HistoryCommand.self, ChatsCommand.self,
            SearchCommand.self, FriendsCommand.self, GroupsCommand.self, MomentsCommand.self,
            ProfileCommand.self, DevicesCommand.self, CallCommand.self, RPCCommand.self,
            VerifyCommand.self, CompactCommand.self, ExportCommand.self, PlainCommand.self,
            EchoCommand.self, ManCommand.self, CompletionsCommand.self,
        ],
        defaultSubcommand: ScreenCommand.self)

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as ClientError {
            Output.complaint(error.description)
            Foundation.exit(ExitStatus.code(for: error))
        } catch let mistake as CommandMistake {
            Output.complaint(mistake.description)
            Foundation.exit(ExitStatus.usage)
        } catch let error as TerminalError {
            Output.complaint(error.description)
            Foundation.exit(ExitStatus.code(for: error))
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            let code = exitCode(for: error)
            if code == .success { exit(withError: error) }
            let text = fullMessage(for: error)
            try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
            let isUsage = code == .validationFailure
            Foundation.exit(isUsage ? ExitStatus.usage : ExitStatus.failed)
        }
    }
}

/// Opens the screen.
struct ScreenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screen", abstract: "Opens the screen (also without any command).")
    @OptionGroup var common: CommonOptions
    @Flag(help: "Line by line, without moving the cursor, as 'imtui plain'.") var plain = false

    func run() async throws {
        if plain { return try await PlainCommand.run(common, chat: nil) }
        let code = try await ScreenMain.run(common)
        throw ExitCode(code)
    }
}
