/// The protocol's fixed limits and default sizes, each named with its unit.
public enum Limits {
    /// Bytes of a frame's body, unless the server is configured otherwise.
    public static let frameBytesMax = 65_536
    /// Bytes a stored message keeps free below `frameBytesMax`, in either encoding.
    public static let messageBytesReserve = 1_024
    /// UTF-8 bytes of a ClientMessageId.
    public static let clientMessageIDBytesMax = 64
    /// Messages in one SyncPage.
    public static let syncPageMessagesMax = 500
    /// Messages in one SyncPage when the request names no limit.
    public static let syncPageMessagesDefault = 100
    /// Conversations in one ConversationsPage.
    public static let conversationsPageMax = 500
    /// Conversations in one ConversationsPage when the request names no limit.
    public static let conversationsPageDefault = 100
    /// User IDs in one PresenceQuery.
    public static let presenceUsersMax = 500
    /// Members of a group up to which ReadSeq is pushed to the others.
    public static let receiptGroupMembersMax = 100
    /// Seconds between heartbeats, unless the server is configured otherwise.
    public static let heartbeatSeconds = 30
    /// Seconds within which a new connection must authenticate.
    public static let authenticationSeconds = 10
    /// Newest messages pushed to a returning device, for each single chat.
    public static let offlineSingleMessagesMax = 5_000
    /// Newest messages pushed to a returning device, for each group.
    public static let offlineGroupMessagesMax = 1_000
    /// Newest messages pushed to a device never seen before, for each conversation.
    public static let newDeviceMessagesMax = 50
    /// Seconds a device may drain nothing before it is a slow consumer.
    public static let slowConsumerSeconds = 30
}
