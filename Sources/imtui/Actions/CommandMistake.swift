/// A command that was not written as it has to be; nothing was done.
struct CommandMistake: Error, Equatable, CustomStringConvertible {
    enum Kind: String, Sendable {
        case unknownCommand = "unknown_method"
        case wrongArguments = "wrong_params"
        /// The screen carries it out, and there is none.
        case needsScreen = "needs_screen"
    }

    var kind: Kind
    var description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
