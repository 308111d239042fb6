/// Why there is no screen.
enum TerminalError: Error, Equatable, CustomStringConvertible {
    case noTerminal
    /// TERM as it is.
    case unknown(String)

    var description: String {
        let reason =
            switch self {
            case .noTerminal: "the screen needs a terminal for its input and output"
            case .unknown(""): "the screen needs a terminal, and TERM is not set"
            case .unknown(let name): "the screen cannot be drawn on the terminal '\(name)' (TERM)"
            }
        return "\(reason); 'imtui plain' works anywhere, 'imtui --help' lists the other commands"
    }
}
