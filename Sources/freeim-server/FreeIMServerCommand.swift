import Foundation
import FreeIMServer

/// The executable: reads what it was asked, does it, and ends with the exit status.
@main
enum FreeIMServerCommand {
    static func main() async {
        let line = ServerCommandLine(
            arguments: Array(CommandLine.arguments.dropFirst()),
            environment: ProcessInfo.processInfo.environment)
        exit(await run(line))
    }

    private static func run(_ line: ServerCommandLine) async -> Int32 {
        switch line.command {
        case .help(let names):
            write(ServerHelp.text(names), to: .standardOutput)
            return 0
        case .run(.checkConfig):
            return check(line)
        case .run(let name):
            guard let first = line.problems.first else {
                return name == .serve
                    ? await ServerProcess.run(line.loaded.config)
                    : await OperatorCommand.run(line, name)
            }
            let more = line.problems.count - 1
            let hint = more == 0 ? "" : " (and \(more) more; check-config lists them)"
            write("freeim-server: \(first)\(hint)\n", to: .standardError)
            return 1
        }
    }

    /// Problems and notes go to standard error, the values that hold to standard output.
    private static func check(_ line: ServerCommandLine) -> Int32 {
        for note in line.loaded.notes { write("note: \(note)\n", to: .standardError) }
        guard line.problems.isEmpty else {
            for problem in line.problems { write("\(problem)\n", to: .standardError) }
            return 1
        }
        write(ServerHelp.report(line.loaded), to: .standardOutput)
        return 0
    }

    private static func write(_ text: String, to handle: FileHandle) {
        try? handle.write(contentsOf: Data(text.utf8))
    }
}
