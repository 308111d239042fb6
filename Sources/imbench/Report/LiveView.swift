import Foundation

/// What one sees while a run goes on: one line, drawn anew on a terminal, now and then without.
final class LiveView {
    /// Seconds between two lines where there is no terminal.
    static let secondsWithoutTerminal = 5.0

    private let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastLine = Date.distantPast
    private var hasLine = false

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    /// A new phase.
    func phase(_ name: String) {
        if isQuiet { return }
        clear()
        write("— \(name)\n")
    }

    /// The state of things.
    func show(_ line: String) {
        if isQuiet { return }
        if isTerminal {
            write("\r\u{1b}[2K\(line)")
            hasLine = true
        } else if Date().timeIntervalSince(lastLine) >= LiveView.secondsWithoutTerminal {
            lastLine = Date()
            write(line + "\n")
        }
    }

    /// Takes the line away.
    func clear() {
        if hasLine { write("\r\u{1b}[2K") }
        hasLine = false
    }

    private func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
