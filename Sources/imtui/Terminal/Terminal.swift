import CNcurses
import Foundation
import Synchronization

/// The terminal, taken over and given back.
///
///     let terminal = try Terminal.open()
///     defer { terminal.close() }
///     var painter = TerminalPainter(traits: terminal.traits)
///     terminal.write(painter.paint(view))              // the first screen, before any question
///     var probe = TerminalProbe(traits: terminal.traits, rows: terminal.size.rows)
///     terminal.write(probe.questions(restoring: painter.repaint(row: probe.row)))
///     for await event in terminal.events {
///         switch event {
///         case .reply(let reply):
///             if probe.take(reply) { painter.traits = probe.traits }      // draws anew
///         case .resized(let rows, let columns): …
///         case .resumed:                                // after Ctrl-Z, an editor, a SIGCONT
///             terminal.retake()
///             painter.invalidate()
///         case .suspendAsked: terminal.suspend()        // as for Ctrl-Z; then comes `.resumed`
///         case .endAsked, .ended: keep the draft, leave the loop
///         case .key, .paste, .mouse, .focus: …
///         }
///         terminal.write(painter.paint(view))
///     }
///
/// `events` is bounded and loses nothing: see `TerminalReader`. All calls come from one task.
/// The terminal is given back by `close()`, at `exit`, and on a crash.
final class Terminal: Sendable {
    /// What comes from the terminal and from signals; ends behind `.ended` and `close()`.
    let events: AsyncStream<InputEvent>
    /// What the environment says of the terminal.
    let traits: TerminalTraits
    let environment: [String: String]

    private let reader: TerminalReader
    private let hello: [UInt8]
    private let goodbye: [UInt8]
    private let modes: termios
    private let isTaken = Mutex(true)

    /// Takes the terminal over.
    ///
    /// - Throws: `TerminalError` when there is none, or none that a screen can be drawn on.
    static func open(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Terminal {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            throw TerminalError.noTerminal
        }
        let term = environment["TERM"] ?? ""
        if term.isEmpty || term == "dumb" { throw TerminalError.unknown(term) }
        let isUTF8 = im_locale_is_utf8() == 1
        var modes = termios()
        tcgetattr(STDIN_FILENO, &modes)
        guard im_open() == 1 else { throw TerminalError.unknown(term) }
        guard !string("cup").isEmpty, !string("clear").isEmpty else {
            im_leave()
            throw TerminalError.unknown(term)
        }
        var traits = TerminalTraits(
            environment: environment, colourCount: Int(im_colors()), isUTF8: isUTF8)
        let size = measured()
        if size.width > 0, size.height > 0 {
            traits.cellWidth = max(1, size.width / size.columns)
            traits.cellHeight = max(1, size.height / size.rows)
        }
        return Terminal(traits: traits, environment: environment, modes: modes)
    }

    private init(traits: TerminalTraits, environment: [String: String], modes: termios) {
        self.traits = traits
        self.environment = environment
        self.modes = modes
        // Lines do not wrap: a cluster drawn wider than thought must not push others about.
        hello =
            Self.string("smcup") + Self.string("smkx")
            + Array(
                "\u{1b}[?7l\u{1b}[?2004h\u{1b}[?1004h\u{1b}[?1000h\u{1b}[?1002h\u{1b}[?1006h".utf8)
        // It begins with the end of whatever string was cut short.
        goodbye =
            Array(
                ("\u{1b}\\\u{1b}]8;;\u{1b}\\\u{1b}[0m\u{1b}[?1006l\u{1b}[?1002l\u{1b}[?1000l"
                    + "\u{1b}[?1004l\u{1b}[?2004l\u{1b}[?7h\u{1b}[?2026l").utf8)
            + Self.string("rmkx") + Self.string("rmcup") + Array("\u{1b}[?25h".utf8)
        let pipe = TerminalSignals.install(goodbye: goodbye, modes: modes)
        reader = TerminalReader(input: STDIN_FILENO, pipe: pipe) {
            let size = Terminal.measured()
            return (size.rows, size.columns)
        }
        events = reader.events
        take()
        reader.start(given: Self.keys())
    }

    /// Gives it back as it was; nothing more is read or written.
    func close() {
        reader.stop()
        leave()
        TerminalSignals.remove()
    }

    /// Rows and columns as they are now.
    var size: (rows: Int, columns: Int) {
        let size = Self.measured()
        return (size.rows, size.columns)
    }

    private static func measured() -> (rows: Int, columns: Int, width: Int, height: Int) {
        var size: (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        im_size(&size.0, &size.1, &size.2, &size.3)
        return (Int(size.0), Int(size.1), Int(size.2), Int(size.3))
    }

    // MARK: Writing

    /// Writes all of it, waiting for a slow terminal; false when the terminal is gone or given
    /// back, and then nothing is written.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        guard isTaken.withLock({ $0 }) else { return false }
        return Self.write(bytes)
    }

    private static func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var file = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                poll(&file, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    // MARK: Taking and leaving

    private func take() {
        im_return()
        isTaken.withLock { $0 = true }
        TerminalSignals.room.pointee.isTaken = true
        _ = Self.write(hello)
    }

    private func leave() {
        let wasTaken = isTaken.withLock { taken in
            defer { taken = false }
            return taken
        }
        guard wasTaken else { return }
        TerminalSignals.giveBack()
        TerminalSignals.room.pointee.isTaken = false
    }

    /// Takes the terminal over again, whoever had it; the screen has to be drawn anew.
    func retake() {
        take()
    }

    /// Stops the process as Ctrl-Z does; back, with the terminal taken over again, when it goes
    /// on, or at once where nothing could make it go on. `.resumed` comes behind.
    func suspend() {
        leave()
        TerminalSignals.stop()
        take()
        reader.offer(.resumed)
    }

    // MARK: Other programs

    /// Bytes of a text that come back from an editor; the rest is left out.
    static let editedBytesMax = 1 << 18

    /// Lets the person's editor (`$VISUAL`, `$EDITOR`, else `vi`) change a text, in a file that
    /// only they can read; nil when it ended with an error. `.resumed` comes behind.
    func edit(_ text: String) async throws -> String? {
        let file = try EditorFile(text, environment: environment)
        defer { file.remove() }
        let chosen = ["VISUAL", "EDITOR"].lazy.compactMap { self.environment[$0] }
        let editor = chosen.first { !$0.isEmpty } ?? "vi"
        // The shell parts the words of "code --wait", the file's name stays one.
        let status = await run(["/bin/sh", "-c", "exec \(editor) \"$1\"", editor, file.path])
        return status == 0 ? try file.text(bytesMax: Self.editedBytesMax) : nil
    }

    /// Lets another program have the terminal until it ends; its exit code, 128 and the signal
    /// that ended it, or 127 when it could not be started. `.resumed` comes behind.
    func run(_ command: [String]) async -> Int32 {
        lend()
        let status = await withCheckedContinuation { done in
            let thread = Thread { done.resume(returning: ChildProgram.run(command)) }
            thread.name = "child"
            thread.start()
        }
        TerminalSignals.takeBack()
        take()
        reader.goOn()
        reader.offer(.resumed)
        return status
    }

    private func lend() {
        reader.pause()
        leave()
        TerminalSignals.lend()
    }

    // MARK: Terminfo

    /// A string of the terminal's description, without its pauses; empty: it has none.
    private static func string(_ name: String) -> [UInt8] {
        guard let value = im_string(name) else { return [] }
        var bytes: [UInt8] = []
        var isPause = false
        for byte in String(cString: value).utf8 {
            if byte == UInt8(ascii: "$") { isPause = true }
            if !isPause { bytes.append(byte) }
            if byte == UInt8(ascii: ">") { isPause = false }
        }
        return bytes
    }

    /// The keys that the terminal's description names.
    private static func keys() -> [(sequence: [UInt8], key: Key)] {
        var names: [(String, Key)] = [
            ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right),
            ("khome", .home), ("kend", .end), ("kpp", .pageUp), ("knp", .pageDown),
            ("kich1", Key(.insert)), ("kdch1", .delete), ("kent", .enter),
            ("kcbt", Key(.tab, .shift)), ("kUP3", .alt(.up)), ("kDN3", .alt(.down)),
            ("kLFT3", .alt(.left)), ("kRIT3", .alt(.right)), ("kHOM3", .alt(.home)),
            ("kEND3", .alt(.end)), ("kUP5", Key(.up, .control)), ("kDN5", Key(.down, .control)),
            ("kLFT5", Key(.left, .control)), ("kRIT5", Key(.right, .control)),
        ]
        names += (1...12).map { ("kf\($0)", .function($0)) }
        return names.map { (string($0.0), $0.1) }
    }
}
