import ArgumentParser
import Foundation
import FreeIMClient
import FreeIMProtocol

/// A command of the table, run from the command line.
enum TableCall {
    /// Carries out a line given as words, as `friend add @bob`; prints, and ends with its exit
    /// code.
    static func run(_ common: CommonOptions, words: [String]) async throws {
        switch CommandTable.parse(words: words) {
        case .call(let call): try await run(common, call)
        case .wrong(let what): throw CommandMistake(.wrongArguments, what)
        }
    }

    /// Carries out a call; prints, and ends with its exit code.
    static func run(
        _ common: CommonOptions, _ call: CommandCall, isOffline: Bool = false
    ) async throws {
        let client = try common.client()
        let reach = CommandTable.find(call.name)?.reach
        if reach == .connection, !isOffline {
            await client.start()
            do {
                try await client.waitUntilOnline()
            } catch {
                if !RPCServer.sending.contains(call.name) { throw error }
            }
        }
        let runner = CommandRunner(client: client, signedOut: common.forgetToken)
        let result: CommandResult
        do {
            result = try await runner.run(
                call, chatroomID: nil, enqueued: {}, progress: progress)
        } catch {
            await client.stop()
            throw error
        }
        show(common, result)
        await client.stop()
        throw ExitCode(status(result))
    }

    /// The exit code of what came of a command.
    static func status(_ result: CommandResult) -> Int32 {
        if result.data["queued"] != .null { return ExitStatus.unreachable }
        return result.data["whole"] == false ? ExitStatus.incomplete : ExitStatus.success
    }

    /// Prints a result: for programs an object a line, for people the lines of its listing.
    static func show(_ common: CommonOptions, _ result: CommandResult) {
        if common.json {
            if case .array(let items) = result.data["list"] {
                for item in items { Output.json(item) }
            } else {
                Output.json(result.data)
            }
            return
        }
        if !result.notice.isEmpty { Output.line(SafeText.escaped(result.notice)) }
        for row in result.listing?.rows ?? [] {
            // Tabs part the columns; everything else is somebody's text.
            let columns = row.text.split(separator: "\t", omittingEmptySubsequences: false)
            Output.line(columns.map { SafeText.escaped(String($0)) }.joined(separator: "\t"))
        }
    }

    /// How far a file is, for somebody at a terminal.
    @Sendable
    static func progress(_ done: Int64, _ all: Int64) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        let end = done >= all ? "\n" : ""
        let words = "\r\(SentFile.amount(done)) of \(SentFile.amount(all))   " + end
        _ = Output.write(Array(words.utf8), to: STDERR_FILENO)
    }
}
