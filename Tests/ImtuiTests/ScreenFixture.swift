import FreeIMClient

@testable import imtui

/// A screen with two chats, as a person would meet it.
enum ScreenFixture {
    static func message(
        _ seq: Int64, _ content: String, user: Int64 = 2, code: Int = 1
    ) -> ChatMessage {
        // 12:00 UTC on a Tuesday, a minute each.
        ChatMessage(
            chatroomID: 1, seq: seq, messageID: "m\(seq)", userID: user, code: code,
            content: content, time: 1_795_521_600_000 + seq * 60_000)
    }

    static func chat(_ id: Int64, _ title: String, unread: Int64 = 0) -> CachedConversation {
        CachedConversation(
            chatroomID: id, type: id == 1 ? 1 : 2, title: title, peerID: 2, headSeq: 3,
            firstSeq: 1, ackSeq: 0, readSeq: 3 - unread, peerDeliveredSeq: 0, peerReadSeq: 0,
            notifyLevel: 0, isPinned: false, memberCount: 3, updatedTime: 0, unread: unread,
            newest: message(3, "newest line"))
    }

    static func state(rows: Int = 24, columns: Int = 80) -> ScreenState {
        var state = ScreenState()
        (state.rows, state.columns) = (rows, columns)
        state.account = "alice"
        state.ownID = 1
        state.connection = .online
        state.names = [2: "鲍勃"]
        state.conversations = [chat(1, "鲍勃"), chat(9, "the whole team", unread: 2)]
        state.selected = 1
        var own = message(3, "fine 👨‍👩‍👧, you?", user: 1)
        own.state = .delivered
        state.messages = [message(1, "{}", code: 8), message(2, "你好 alice"), own]
        return state
    }
}
