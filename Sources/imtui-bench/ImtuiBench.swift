import ArgumentParser

@main
struct ImtuiBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "imtui-bench",
        abstract: "Measures imtui's cache with a large history.",
        subcommands: [GenerateCommand.self, CacheCommand.self])
}
