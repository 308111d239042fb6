import FreeIMClient

/// The order of the sidebar: pinned, then unread and mentions, then the rest; each by recency.
enum ChatOrder {
    /// Arranges chats that come most recent first. `keeping`: a chat that counts as unread though
    /// it was just read, so that it does not jump away under the reader's hands.
    static func arrange(
        _ chats: [CachedConversation], keeping: Int64?
    ) -> [CachedConversation] {
        var groups: [[CachedConversation]] = [[], [], [], []]
        for chat in chats { groups[group(chat, keeping)].append(chat) }
        return groups.flatMap { $0 }
    }

    private static func group(_ chat: CachedConversation, _ keeping: Int64?) -> Int {
        if chat.isPinned { return 0 }
        if chat.unreadMentions > 0 { return 1 }
        let isUnread = chat.unread > 0 && chat.notifyLevel == 0
        return isUnread || chat.chatroomID == keeping ? 2 : 3
    }
}
