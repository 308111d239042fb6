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
    /// The newest line that somebody wrote; nil: none is held.
    public var newest: ChatMessage?
}
