/// Bytes that no honest client sends.
struct HostileFrame: Sendable, Equatable {
    /// What a server owes for them.
    enum Due: Sendable, Equatable {
        /// An answer, or nothing; the connection goes on, or is closed.
        case openEnd
        /// The end of the connection.
        case close
        /// Nothing, for they are no whole frame: whatever follows would be read as their rest.
        case silence
    }

    var bytes: [UInt8]
    /// What they are, for traces.
    var words: String
    var due = Due.openEnd
}
