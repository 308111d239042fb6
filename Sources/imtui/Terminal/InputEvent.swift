/// What comes from the terminal.
enum InputEvent: Equatable, Sendable {
    case key(Key)
    /// The text between the marks of a bracketed paste, its line ends as `\n`.
    case paste(String)
    case mouse(MouseEvent)
    case resized(rows: Int, columns: Int)
    /// The terminal's window has the focus, or no longer.
    case focus(Bool)
    /// The terminal's answer to a question.
    case reply(TerminalReply)
    /// The process was stopped and goes on: `Terminal.retake()`, then draw all of it anew.
    case resumed
    /// SIGTSTP came from outside: `Terminal.suspend()` is wanted.
    case suspendAsked
    /// SIGTERM, SIGHUP or SIGINT came: keep the draft and leave; a second one ends at once.
    case endAsked(signal: Int32)
    /// Nothing more will come.
    case ended
}

/// A click, a turn of the wheel or a drag; row and column count from 0.
struct MouseEvent: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        /// 1: left, 2: middle, 3: right.
        case press(Int)
        case release
        case drag
        case wheelUp
        case wheelDown
    }

    var kind: Kind
    var row: Int
    var column: Int
    var modifiers: Key.Modifiers = []
}

/// What a terminal says about itself.
enum TerminalReply: Equatable, Sendable {
    /// Where the cursor stands, from 1: the answer to a width probe.
    case cursor(row: Int, column: Int)
    /// The background colour, each part 0 … 255.
    case background(red: Int, green: Int, blue: Int)
    /// Device attributes: 4 among them means sixel.
    case attributes([Int])
    /// Whether kitty's graphics protocol was understood.
    case kittyGraphics(Bool)
    /// A private mode's state (DECRPM): 0 unknown, 1 set, 2 reset, 3 and 4 for ever so.
    case mode(Int, state: Int)
}
