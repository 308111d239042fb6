import ArgumentParser
import FreeIMClient
import FreeIMProtocol

struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sends; with '-' each line of standard input is a message.",
        discussion: """
            Waits until the server has stored the message. Off line, the message is kept and goes \
            out with the next connection; the exit code is 3 then. Blank lines are left out.
            """)
    @OptionGroup var common: CommonOptions
    @Argument(help: "A chat's number, @account, or its title.") var chat: String
    @Argument(help: "The text, or '-' for standard input.") var text: [String] = []
    @Flag(help: "With '-': all of standard input is one message.") var whole = false
    @Option(help: "Answer the message with this seq.") var reply: Int64?
    @Option(help: "Send this file, before the text.") var file: String?

    func validate() throws {
        if text.isEmpty, file == nil {
            throw ValidationError("say what to send: a text, '-', or --file PATH")
        }
        if whole, text != ["-"] { throw ValidationError("--whole goes with '-'") }
    }

    func run() async throws {
        let client = try common.client()
        await client.start()
        var reason: (any Error)?
        do {
            try await client.waitUntilOnline()
        } catch {
            reason = error
        }
        do {
            let status = try await send(client)
            await client.stop()
            if status == ExitStatus.unreachable, let reason { Output.complaint("\(reason)") }
            throw ExitCode(status)
        } catch {
            await client.stop()
            throw error
        }
    }

    /// Sends all there is; the worst exit code of it.
    private func send(_ client: ChatClient) async throws -> Int32 {
        let chat = JSONValue.int(try await ChatName.resolve(chat, client))
        var worst = ExitStatus.success
        if let file {
            let call = CommandCall("file.send", ["chat": chat, "path": .string(file)])
            worst = try await send(call, client)
        }
        if text == ["-"] {
            let input = LineInput()
            if whole {
                guard let all = await input.whole() else { return refuseLength() }
                return max(worst, try await send(all, chat, client))
            }
            while let line = await input.next() {
                switch line {
                case .tooLong: worst = max(worst, refuseLength())
                case .text(let words): worst = max(worst, try await send(words, chat, client))
                }
            }
        } else if !text.isEmpty {
            worst = max(worst, try await send(text.joined(separator: " "), chat, client))
        }
        return worst
    }

    private func refuseLength() -> Int32 {
        Output.complaint("not sent: longer than \(LineScanner.lineBytesMax) bytes")
        return ExitStatus.failed
    }

    private func send(
        _ words: String, _ chat: JSONValue, _ client: ChatClient
    ) async throws -> Int32 {
        if words.allSatisfy(\.isWhitespace) { return ExitStatus.success }
        var arguments = ["chat": chat, "text": .string(words)]
        if let reply { arguments["seq"] = .int(reply) }
        return try await send(
            CommandCall(reply == nil ? "message.send" : "message.reply", arguments), client)
    }

    private func send(_ call: CommandCall, _ client: ChatClient) async throws -> Int32 {
        do {
            let result = try await CommandRunner(client: client).run(
                call, chatroomID: nil, enqueued: {}, progress: TableCall.progress)
            TableCall.show(common, result)
            return TableCall.status(result)
        } catch let error as ClientError {
            guard case .refused = error else { throw error }
            Output.complaint("not sent: \(error)")
            return ExitStatus.failed
        }
    }
}
