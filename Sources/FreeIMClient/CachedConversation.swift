/// A conversation as the cache knows it.
public struct CachedConversation: Sendable, Equatable {
    public var chatroomID: Int64
    /// 1 single, 2 group, 3 system.
    public var type: Int
    public var title: String
    public var peerID: Int64
    public var headSeq: Int64
    public var firstSeq: Int64
    public var ackSeq: Int64
    public var readSeq: Int64
    public var peerDeliveredSeq: Int64
    public var peerReadSeq: Int64
    public var notifyLevel: Int
    public var isPinned: Bool
    public var memberCount: Int
    /// Milliseconds since the epoch.
    public var updatedTime: Int64
    /// HeadSeq − ReadSeq less what is one's own or recalled, as far as it is held.
    public var unread: Int64
    /// Unread messages that mention this user, as far as they are held.
    public var unreadMentions: Int64 = 0
    /// Whether a text was begun here and not sent.
    public var hasDraft = false
    /// The newest line that somebody wrote; nil: none is held.
    public var newest: ChatMessage?

    public init(
        chatroomID: Int64,
        type: Int,
        title: String,
        peerID: Int64,
        headSeq: Int64,
        firstSeq: Int64,
        ackSeq: Int64,
        readSeq: Int64,
        peerDeliveredSeq: Int64,
        peerReadSeq: Int64,
        notifyLevel: Int,
        isPinned: Bool,
        memberCount: Int,
        updatedTime: Int64,
        unread: Int64,
        newest: ChatMessage?
    ) {
        self.chatroomID = chatroomID
        self.type = type
        self.title = title
        self.peerID = peerID
        self.headSeq = headSeq
        self.firstSeq = firstSeq
        self.ackSeq = ackSeq
        self.readSeq = readSeq
        self.peerDeliveredSeq = peerDeliveredSeq
        self.peerReadSeq = peerReadSeq
        self.notifyLevel = notifyLevel
        self.isPinned = isPinned
        self.memberCount = memberCount
        self.updatedTime = updatedTime
        self.unread = unread
        self.newest = newest
    }
}
