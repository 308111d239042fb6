import Foundation
import Testing

@testable import imbench

@Suite struct LiveViewTests {
    @Test func withoutATerminalThereAreLines() throws {
        let pipe = Pipe()
        let view = LiveView(isQuiet: false, output: pipe.fileHandleForWriting)
        var state = LiveLinesTests.state()
        view.show(state)
        view.show(state)
        view.note("server restarted\nin 2 s")
        state.phaseNumber = 4
        state.phase = "crash"
        view.show(state)
        view.end()
        view.note("too late")
        let quiet = LiveView(isQuiet: true, output: pipe.fileHandleForWriting)
        quiet.show(state)
        quiet.note("never")
        quiet.end()
        try pipe.fileHandleForWriting.close()
        let text = String(
            decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3, "\(text)")
        #expect(lines.first?.contains("steady (3/5)") == true)
        #expect(lines.dropFirst().first == "server restarted in 2 s")
        #expect(lines.last?.contains("crash (4/5)") == true)
    }

    /// TIOCSPTLCK and TIOCGPTN of Linux: unlocks a pseudo-terminal, and its number.
    private static let unlock: UInt = 0x4004_5431
    private static let number: UInt = 0x8004_5430

    /// A pseudo-terminal: what is written to `terminal` can be read from `screen`.
    private static func withTerminal(
        columns: UInt16, rows: UInt16 = 24,
        _ body: (_ terminal: FileHandle, _ screen: Int32) throws -> Void
    ) throws {
        let screen = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
        try #require(screen >= 0)
        defer { close(screen) }
        var lock: Int32 = 0
        var number: Int32 = 0
        try #require(ioctl(screen, Self.unlock, &lock) == 0)
        try #require(ioctl(screen, Self.number, &number) == 0)
        let name = "/dev/pts/\(number)"
        let terminal = open(name, O_RDWR | O_NOCTTY)
        try #require(terminal >= 0)
        defer { close(terminal) }
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        try #require(ioctl(screen, UInt(TIOCSWINSZ), &size) == 0)
        try body(FileHandle(fileDescriptor: terminal, closeOnDealloc: false), screen)
    }

    private static func text(_ screen: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(screen, &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let environment = ["TERM": "xterm", "LANG": "C.UTF-8"]

    @Test func onATerminalTheBlockStaysInPlace() throws {
        try Self.withTerminal(columns: 60) { terminal, screen in
            let view = LiveView(isQuiet: false, output: terminal, environment: Self.environment)
            var state = LiveLinesTests.state()
            view.show(state)
            let first = Self.text(screen)
            #expect(first.hasPrefix("\u{1b}[?25l\u{1b}[1mmulti-device-crash\u{1b}[0m"))
            #expect(first.hasSuffix("\r\n\u{1b}[J"))
            view.show(state)
            let tooSoon = Self.text(screen)
            #expect(tooSoon == "", "at most ten times a second")
            state.phaseNumber = 4
            view.show(state)
            let second = Self.text(screen)
            #expect(second.hasPrefix("\r\u{1b}[8A\u{1b}[1mmulti"))
            view.note("the server is back")
            let note = Self.text(screen)
            #expect(note.hasPrefix("\r\u{1b}[8A\u{1b}[Jthe server is back\r\n"))
            view.end()
            let end = Self.text(screen)
            #expect(end.hasSuffix("\u{1b}[?25h"))
            view.show(state)
            view.end()
            let after = Self.text(screen)
            #expect(after == "")
        }
    }

    @Test func withoutColoursNoColours() throws {
        try Self.withTerminal(columns: 30) { terminal, screen in
            var environment = Self.environment
            environment["NO_COLOR"] = "1"
            environment["LANG"] = "C"
            let view = LiveView(isQuiet: false, output: terminal, environment: environment)
            view.show(LiveLinesTests.state())
            view.end()
            let text = Self.text(screen)
            #expect(!text.contains("\u{1b}[1m") && !text.contains("\u{1b}[0m"))
            let lines = text.split(separator: "\r\n").filter { $0.contains("CPU") }
            #expect(lines.first == "server    CPU 46 %  RSS 61 Mi\u{1b}[K", "\(lines)")
        }
    }

    @Test func aLowWindowHasFewerLines() throws {
        try Self.withTerminal(columns: 60, rows: 4) { terminal, screen in
            let view = LiveView(isQuiet: false, output: terminal, environment: Self.environment)
            view.show(LiveLinesTests.state())
            let lines = Self.text(screen).split(separator: "\r\n")
            #expect(lines.count == 4, "three and what is cleared below")
        }
    }

    @Test func aDumbTerminalGetsLines() throws {
        try Self.withTerminal(columns: 200) { terminal, screen in
            let view = LiveView(
                isQuiet: false, output: terminal, environment: ["TERM": "dumb"])
            view.show(LiveLinesTests.state())
            view.end()
            let text = Self.text(screen)
            #expect(text == LiveLines.line(LiveLinesTests.state()) + "\r\n")
        }
    }

    @Test func theLocaleIsAsked() {
        #expect(LiveView.isUTF8(["LANG": "en_GB.UTF-8"]))
        #expect(LiveView.isUTF8(["LC_ALL": "", "LC_CTYPE": "C.utf8"]))
        #expect(!LiveView.isUTF8(["LC_ALL": "C", "LANG": "en_GB.UTF-8"]))
        #expect(!LiveView.isUTF8([:]))
    }
}
