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
    public var isEdited = false
    public var isRecalled = false
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
