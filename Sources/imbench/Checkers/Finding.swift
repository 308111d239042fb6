/// One violation with its words, and what it is about; what it is not about is nil.
struct Finding: Sendable, Equatable {
    let violation: Violation
    /// For people, without the violation's name.
    let words: String
    /// Nanoseconds of the monotonic clock: when it was seen, or the end of what was judged.
    let time: Int64
    var device: Int32?
    var conversation: Int32?
    var seq: Int64?
    var send: Int32?
}
