import FreeIMProtocol

/// One line of a conversation, from the log or still in the outbox.
public struct ChatMessage: Sendable, Equatable {
    /// How far an own message has got.
    public enum SendState: Sendable, Equatable {
        /// Somebody else's, or the server's.
        case received
        /// In the outbox, waiting for the server.
        case pending
        /// Durable on the server.
        case sent
        case delivered
        case read
        /// Refused for good, with the reason.
        case failed(String)
    }

    /// One emoji of a message's reactions, with who gave it.
    public struct Reaction: Sendable, Equatable {
        public var emoji: String
        /// Ascending by the place of the reaction in the log.
        public var userIDs: [Int64]

        public init(emoji: String, userIDs: [Int64]) {
            self.emoji = emoji
            self.userIDs = userIDs
        }
    }

    /// The message that a reply answers, as far as one line shows it.
    public struct Quote: Sendable, Equatable {
        public var seq: Int64
        public var userID: Int64
        public var code: Int
        /// The beginning of its text, `quoteCharactersMax` at most; empty when it was recalled.
        public var text: String
        public var isRecalled: Bool

        public init(seq: Int64, userID: Int64, code: Int, text: String, isRecalled: Bool) {
            self.seq = seq
            self.userID = userID
            self.code = code
            self.text = text
            self.isRecalled = isRecalled
        }
    }

    /// Characters of a quote.
    public static let quoteCharactersMax = 200

    public var chatroomID: Int64
    /// 0 while in the outbox.
    public var seq: Int64
    /// Empty while in the outbox.
    public var messageID: String
    public var userID: Int64
    public var code: Int
    public var content: String
    /// Milliseconds since the epoch.
    public var time: Int64
    public var clientMessageID: String
    public var targetMessageID: String
    public var replyTo: String
    /// User IDs that were mentioned; −1 means everyone.
    public var mentions: [Int64] = []
    public var isEdited = false
    public var isRecalled = false
    /// What members think of it, the first reaction first.
    public var reactions: [Reaction] = []
    /// The message answered, in one line; nil: none, or it is not held.
    public var quote: Quote?
    /// Whether it is pinned on this device.
    public var isPinned = false
    public var state: SendState = .received

    public init(
        chatroomID: Int64, seq: Int64, messageID: String, userID: Int64, code: Int,
        content: String, time: Int64, clientMessageID: String = "",
        targetMessageID: String = "", replyTo: String = ""
    ) {
        self.chatroomID = chatroomID
        self.seq = seq
        self.messageID = messageID
        self.userID = userID
        self.code = code
        self.content = content
        self.time = time
        self.clientMessageID = clientMessageID
        self.targetMessageID = targetMessageID
        self.replyTo = replyTo
    }

    /// Whether it is a line that somebody wrote, and not a note or an act on another line.
    public var isText: Bool { code < 8 }
}
