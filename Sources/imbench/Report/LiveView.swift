import Dispatch
import Foundation

/// Shows a run while it goes on: a block in place on a terminal, else a line now and then.
///
/// Calls may come from any thread but an event loop's (they write).
final class LiveView: @unchecked Sendable {
    /// Between two drawings, and between two lines of a log.
    static let drawInterval = Duration.milliseconds(100)
    static let lineInterval = Duration.seconds(5)

    // Everything below is touched on this queue alone.
    private let queue = DispatchQueue(label: "imbench.live")
    private let isQuiet: Bool
    private let output: FileHandle
    private let isTerminal: Bool
    private let colours: Bool
    private let isUTF8: Bool
    private var block = LiveBlock()
    private var state: LiveState?
    private var last: ContinuousClock.Instant?
    private var lastPhase = 0
    private var isOver = false

    init(
        isQuiet: Bool, output: FileHandle = .standardError,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.isQuiet = isQuiet
        self.output = output
        let terminal = environment["TERM"] ?? ""
        isTerminal = isatty(output.fileDescriptor) == 1 && terminal != "dumb" && terminal != ""
        colours = (environment["NO_COLOR"] ?? "").isEmpty
        isUTF8 = Self.isUTF8(environment)
    }

    /// Whether the locale's characters are UTF-8.
    static func isUTF8(_ environment: [String: String]) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .compactMap { environment[$0] }.first { !$0.isEmpty }
        let name = (locale ?? "").lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }

    /// Shows what there is to see; more often than ten times a second is dropped.
    func show(_ state: LiveState) {
        queue.sync {
            guard !isQuiet, !isOver else { return }
            self.state = state
            let now = ContinuousClock.now
            let isNewPhase = state.phaseNumber != lastPhase
            if let last, !isNewPhase,
                last.duration(to: now) < (isTerminal ? Self.drawInterval : Self.lineInterval)
            {
                return
            }
            last = now
            lastPhase = state.phaseNumber
            write(isTerminal ? draw() : LiveLines.line(state) + "\n")
        }
    }

    /// Writes a line that stays, above the block.
    func note(_ line: String) {
        queue.sync {
            guard !isQuiet, !isOver else { return }
            let plain = line.split(whereSeparator: \.isNewline).joined(separator: " ")
            let size = size
            write(
                isTerminal
                    ? block.note(plain, lines: lines(size), columns: size.columns) : plain + "\n")
        }
    }

    /// Shows the last state and gives the terminal back; nothing is shown after it.
    func end() {
        queue.sync {
            guard !isQuiet, !isOver else { return }
            isOver = true
            guard isTerminal else { return }
            write((state == nil ? "" : draw()) + block.end())
        }
    }

    private func draw() -> String {
        let size = size
        return block.draw(lines(size), columns: size.columns)
    }

    /// As many as stay on the screen with the line below them.
    private func lines(_ size: (columns: Int, rows: Int)) -> [String] {
        guard let state else { return [] }
        let lines = LiveLines.lines(
            state, columns: size.columns, colours: colours, isUTF8: isUTF8)
        return Array(lines.prefix(max(1, size.rows - 1)))
    }

    /// A column less than there are, because some terminals wrap at the last.
    private var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(output.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1,
            size.ws_row > 0
        else { return (79, 24) }
        return (Int(size.ws_col) - 1, Int(size.ws_row))
    }

    private func write(_ text: String) {
        // A terminal that is gone is no reason to end a run.
        try? output.write(contentsOf: Data(text.utf8))
    }
}
