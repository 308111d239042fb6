import ArgumentParser
import Foundation
import FreeIMClient
import FreeIMProtocol

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compares what the cache holds with the server, seq by seq.",
        discussion: """
            For each chat: which seqs between the first readable one and the newest are missing \
            here, and whether any message is held twice. Exit code 2 when there is one.
            """)
    @OptionGroup var common: CommonOptions
    @Flag(help: "Pull what is missing first.") var repair = false

    func run() async throws {
        let client = try common.client()
        await client.start()
        try await client.waitUntilOnline()
        let checks = try await CacheCheck.run(client, repairs: repair) { check in
            common.show(check.json, SafeText.escaped(check.line))
        }
        await client.stop()
        let isWhole = checks.allSatisfy(\.isWhole)
        throw ExitCode(isWhole ? ExitStatus.success : ExitStatus.incomplete)
    }
}
