import Dispatch
import Foundation
import NIOConcurrencyHelpers

/// Ctrl-C: the run ends early, and its report says so; a second one ends the process at once.
enum Interruption {
    static func watch() -> @Sendable () -> Bool {
        let count = NIOLockedValueBox(0)
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(
                signal: number, queue: DispatchQueue(label: "signals"))
            source.setEventHandler {
                let seen = count.withLockedValue { count in
                    count += 1
                    return count
                }
                if seen > 1 {
                    ChildProcess.killAll()
                    // The live view hid it.
                    if isatty(STDERR_FILENO) == 1 { write("\u{1b}[?25h") }
                    _exit(BenchError.Kind.interrupted.rawValue)
                }
                write("imbench: ending early; once more ends at once\n")
                _ = source
            }
            source.resume()
        }
        return { count.withLockedValue { $0 > 0 } }
    }

    private static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
