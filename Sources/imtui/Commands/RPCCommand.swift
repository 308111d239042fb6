import ArgumentParser
import Dispatch
import FreeIMClient
import FreeIMProtocol

struct RPCCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rpc", abstract: "Requests and answers as JSON lines, for programs.",
        discussion: """
            A request on standard input: {"id":1,"method":"friend.add","params":{"user":"@bob"}}. \
            Its answer on standard output: {"id":1,"result":…} or \
            {"id":1,"error":{"code":…,"message":…,"definite":…}}; answers come as they are ready. \
            The method rpc.describe lists all methods; subscribe begins events. Ends at the end \
            of its input, once everything is answered.
            """)
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let client = try common.client()
        let runner = CommandRunner(client: client, signedOut: common.forgetToken)
        try await Interruption.ends {
            let lines = DispatchQueue(label: "freeim.output")
            // A program that reads slowly is waited for here, and not on a thread of all tasks.
            let output: @Sendable (JSONValue) async -> Void = { object in
                await withCheckedContinuation { continuation in
                    lines.async {
                        Output.json(object)
                        continuation.resume()
                    }
                }
            }
            let input = LineInput()
            await client.start()
            await RPCSession(
                runner: RPCServer(client, runner, output), input: { await input.next() },
                output: output
            ).run()
            await client.stop()
        }
    }
}
