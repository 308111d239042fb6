import ArgumentParser
import Foundation

/// imbench: a load and regression harness that checks every delivery.
@main
struct ImbenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "imbench",
        abstract: "Thousands of simulated devices in one process; every delivery checked.",
        subcommands: [
            RunCommand.self, CheckCommand.self, CompareCommand.self, ReplayCommand.self,
            SelfTestCommand.self, TableCommand.self,
        ])

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as BenchError {
            complain(error.description)
            Foundation.exit(error.kind.rawValue)
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            if exitCode(for: error) == .success { exit(withError: error) }
            complain(fullMessage(for: error))
            Foundation.exit(BenchError.Kind.usage.rawValue)
        }
    }

    private static func complain(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("imbench: \(text)\n".utf8))
    }
}
