import CNcurses
import Foundation

/// The terminal, taken over and given back.
enum Terminal {
    /// Takes it over; false when there is none.
    static func open() -> Bool {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, im_open() == 1 else {
            return false
        }
        write("\u{1b}[?2004h")
        return true
    }

    /// Gives it back as it was.
    static func close() {
        write("\u{1b}[?2004l\u{1b}[0m\u{1b}[?25h")
        im_close()
    }

    static var colours: TerminalPainter.Colours {
        if ProcessInfo.processInfo.environment["NO_COLOR"].map({ !$0.isEmpty }) ?? false {
            return .none
        }
        let count = im_colors()
        return count >= 256 ? .many : count >= 8 ? .sixteen : .none
    }

    static var size: (rows: Int, columns: Int) {
        var rows: Int32 = 24
        var columns: Int32 = 80
        im_size(&rows, &columns)
        return (Int(rows), Int(columns))
    }

    static func write(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }

    /// What came from the keyboard.
    enum Input {
        case key(Key)
        case resized
        case ended
        case nothing
    }

    /// Waits for the next key; blocks its thread.
    static func read() -> Input {
        var value: UInt32 = 0
        switch im_key(-1, &value) {
        case 1: return value == 0x1b ? escape() : character(value)
        case 2: return function(value)
        default: return errno == EINTR ? .nothing : .ended
        }
    }

    /// What follows an Esc at once belongs to it: Alt with that key.
    private static func escape() -> Input {
        var value: UInt32 = 0
        switch im_key(25, &value) {
        case 1:
            if value == 0x0d || value == 0x0a { return .key(.altEnter) }
            guard let scalar = Unicode.Scalar(value) else { return .nothing }
            return .key(.alt(Character(scalar)))
        case 2:
            switch value {
            case UInt32(KEY_UP): return .key(.altUp)
            case UInt32(KEY_DOWN): return .key(.altDown)
            default: return function(value)
            }
        default: return .key(.escape)
        }
    }

    private static func character(_ value: UInt32) -> Input {
        switch value {
        case 0x0d: return .key(.enter)
        case 0x0a: return .key(.control("j"))
        case 0x09: return .key(.tab)
        case 0x7f, 0x08: return .key(.backspace)
        case 0x1f: return .key(.control("_"))
        case 0x01...0x1a:
            let letter = Unicode.Scalar(UInt8(value) + 0x60)
            return .key(.control(Character(letter)))
        case 0...0x1f: return .nothing
        default:
            guard let scalar = Unicode.Scalar(value) else { return .nothing }
            return .key(.character(Character(scalar)))
        }
    }

    private static func function(_ value: UInt32) -> Input {
        switch Int32(bitPattern: value) {
        case KEY_RESIZE: return .resized
        case KEY_UP: return .key(.up)
        case KEY_DOWN: return .key(.down)
        case KEY_LEFT: return .key(.left)
        case KEY_RIGHT: return .key(.right)
        case KEY_HOME: return .key(.home)
        case KEY_END: return .key(.end)
        case KEY_PPAGE: return .key(.pageUp)
        case KEY_NPAGE: return .key(.pageDown)
        case KEY_BACKSPACE: return .key(.backspace)
        case KEY_DC: return .key(.delete)
        case KEY_ENTER: return .key(.enter)
        case IM_KEY_PASTE_BEGIN: return paste()
        default:
            for number in 1...12 where value == im_key_function(Int32(number)) {
                return .key(.function(number))
            }
            return named(value)
        }
    }

    /// Alt with an arrow comes as a key of its own from terminals that say so.
    private static func named(_ value: UInt32) -> Input {
        guard let name = keyname(Int32(bitPattern: value)) else { return .nothing }
        switch String(cString: name) {
        case "kUP3": return .key(.altUp)
        case "kDN3": return .key(.altDown)
        case "kHOM3": return .key(.alt("<"))
        case "kEND3": return .key(.escape)
        default: return .nothing
        }
    }

    /// Everything between the marks of a bracketed paste, as text.
    private static func paste() -> Input {
        var text = ""
        var value: UInt32 = 0
        while true {
            let kind = im_key(1_000, &value)
            if kind == 0 || (kind == 2 && Int32(bitPattern: value) == IM_KEY_PASTE_END) { break }
            guard kind == 1, let scalar = Unicode.Scalar(value == 0x0d ? 0x0a : value) else {
                continue
            }
            text.unicodeScalars.append(scalar)
        }
        return .key(.paste(text))
    }
}
