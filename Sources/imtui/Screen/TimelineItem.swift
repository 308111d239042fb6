import FreeIMClient

/// One thing in a timeline: a message, or a row between messages.
enum TimelineItem: Equatable, Sendable {
    /// Names an item through changes of the window around it.
    enum Key: Hashable, Sendable {
        case message(seq: Int64)
        case pending(String)
        case hole(through: Int64)
        case day(before: Int64)
        case unread
        case start
    }

    /// The first message of the conversation stands below.
    case start
    /// A rule with the date of what follows; `before` is the seq of that.
    case day(String, before: Int64)
    case unread
    /// Seqs that exist and are not held.
    case hole(ClosedRange<Int64>, isLoading: Bool)
    /// A line somebody wrote or the server did; with the sender's name above or not.
    case message(ChatMessage, showsName: Bool)

    var key: Key {
        switch self {
        case .start: .start
        case .day(_, let seq): .day(before: seq)
        case .unread: .unread
        case .hole(let range, _): .hole(through: range.upperBound)
        case .message(let message, _):
            message.seq > 0 ? .message(seq: message.seq) : .pending(message.clientMessageID)
        }
    }

    var message: ChatMessage? {
        if case .message(let message, _) = self { message } else { nil }
    }

    /// Whether browse mode stops here: a message, or a hole that can be loaded.
    var isChoosable: Bool {
        switch self {
        case .message, .hole: true
        case .start, .day, .unread: false
        }
    }
}
