/// A text begun in a conversation, with what it is to become.
public struct Draft: Sendable, Equatable {
    public var text: String
    /// The message ID that it answers; empty: none.
    public var replyTo: String
    /// The message ID whose text it is to replace; empty: it is a new message.
    public var editOf: String

    public init(text: String = "", replyTo: String = "", editOf: String = "") {
        self.text = text
        self.replyTo = replyTo
        self.editOf = editOf
    }

    /// Nothing worth keeping.
    public var isEmpty: Bool { text.isEmpty && replyTo.isEmpty && editOf.isEmpty }
}
