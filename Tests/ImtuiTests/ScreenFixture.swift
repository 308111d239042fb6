import Foundation
import FreeIMClient
import FreeIMCore

@testable import imtui

/// A screen as a person would meet it: single chats, a group with all that can be in it.
enum ScreenFixture {
    /// 2026-11-24 12:00 UTC.
    static let noon: Int64 = 1_795_521_600_000

    /// Golden screens show times of day, so all tests have one time zone.
    static let setTimeZone: Void = {
        setenv("TZ", "UTC", 1)
        tzset()
    }()

    static func message(
        _ seq: Int64, _ content: String, user: Int64 = 2, code: Int = 1, chat: Int64 = 1,
        minute: Int64? = nil
    ) -> ChatMessage {
        ChatMessage(
            chatroomID: chat, seq: seq, messageID: "m\(seq)", userID: user, code: code,
            content: content, time: noon + (minute ?? seq) * 60_000,
            clientMessageID: "c\(seq)")
    }

    static func chat(
        _ id: Int64, _ title: String, type: Int = 1, unread: Int64 = 0, head: Int64 = 3
    ) -> CachedConversation {
        var newest = message(head, "newest line of \(title)", user: type == 1 ? id + 1 : 3)
        newest.chatroomID = id
        return CachedConversation(
            chatroomID: id, type: type, title: title, peerID: id + 1, headSeq: head, firstSeq: 1,
            ackSeq: head, readSeq: head - unread, peerDeliveredSeq: 0, peerReadSeq: 0,
            notifyLevel: 0, isPinned: false, memberCount: type == 2 ? 4 : 2,
            updatedTime: noon - id, unread: unread, newest: newest)
    }

    static func page(
        _ messages: [ChatMessage], chat: Int64 = 1, pending: [ChatMessage] = [],
        held: [ClosedRange<Int64>]? = nil, place: PagePlace = .newest, limit: Int = 100,
        isRefresh: Bool = false
    ) -> PageLoad {
        let whole = messages.first.flatMap { first in messages.last.map { first.seq...$0.seq } }
        return PageLoad(
            chatroomID: chat, place: place, limit: limit, isRefresh: isRefresh,
            messages: messages, pending: pending,
            held: SeqRanges(held ?? whole.map { [$0] } ?? []))
    }

    /// Two chats, the first of them open, three lines in it.
    static func state(rows: Int = 24, columns: Int = 80) -> ScreenState {
        _ = setTimeZone
        var state = ScreenState()
        (state.rows, state.columns) = (rows, columns)
        state.account = "alice"
        state.ownID = 1
        state.connection = .online
        state.names = [2: "鲍勃", 3: "Carol", 4: "Dave عمر"]
        let chats = [chat(1, "鲍勃"), chat(9, "the whole team", type: 2, unread: 2)]
        _ = ScreenReducer.reduce(&state, .chats(chats, names: [:]))
        _ = ScreenReducer.reduce(&state, .openChat(1))
        var own = message(3, "fine 👨‍👩‍👧, you?", user: 1)
        own.state = .delivered
        let messages = [message(1, "{}", code: 8), message(2, "你好 alice"), own]
        _ = ScreenReducer.reduce(&state, .page(page(messages)))
        state.stale = ScreenState.Stale()
        return state
    }

    /// A group with an unread rule, a hole, quotes, reactions, edits, files, and sends in every
    /// state.
    static func group(rows: Int = 24, columns: Int = 80) -> ScreenState {
        var state = state(rows: rows, columns: columns)
        var team = chat(9, "the whole team", type: 2, unread: 4, head: 130)
        team.isPinned = true
        var muted = chat(5, "Noise", type: 2, unread: 1_200, head: 1_300)
        muted.notifyLevel = 1
        var named = chat(7, "Book club 读书会", type: 2, unread: 3)
        named.unreadMentions = 1
        var begun = chat(3, "Erin 👩‍🚀")
        begun.hasDraft = true
        let chats = [chat(1, "鲍勃"), begun, muted, named, team]
        _ = ScreenReducer.reduce(&state, .chats(chats, names: [:]))
        _ = ScreenReducer.reduce(&state, .openChat(9))
        _ = ScreenReducer.reduce(
            &state,
            .page(page(groupLines, chat: 9, pending: groupPending, held: [1...3, 120...130])))
        let people = [
            Person(userID: 3, account: "carol", nickname: "Carol", role: "owner"),
            Person(userID: 2, account: "bob", nickname: "鲍勃", role: "admin"),
            Person(userID: 1, account: "alice", nickname: "Alice", role: "common"),
            Person(userID: 4, account: "dave", nickname: "Dave عمر", role: "common"),
        ]
        var info = InfoPane(chatroomID: 9, members: people)
        info.pins = [message(120, "tea at four ☕", user: 3, chat: 9)]
        info.files = groupLines.filter { $0.code == 2 }
        _ = ScreenReducer.reduce(&state, .info(info, people: people))
        state.stale = ScreenState.Stale()
        return state
    }

    private static var groupLines: [ChatMessage] {
        var lines = [
            message(1, #"{"name":"the whole team"}"#, user: 3, code: 9, chat: 9, minute: -1_500),
            message(2, #"{"user_id":1}"#, user: 3, code: 10, chat: 9, minute: -1_499),
            message(3, "welcome everybody", user: 3, chat: 9, minute: -1_498),
        ]
        var tea = message(120, "tea at four ☕", user: 3, chat: 9, minute: 1)
        tea.isPinned = true
        tea.reactions = [
            .init(emoji: "👍", userIDs: [1, 2]), .init(emoji: "❤️", userIDs: [4]),
        ]
        lines.append(tea)
        var own = message(121, "我带蛋糕 🎂 see https://example.org/cakes?id=1(x).", user: 1, chat: 9)
        own.time = noon + 2 * 60_000
        own.isEdited = true
        own.state = .read
        lines.append(own)
        var gone = message(122, "", user: 2, chat: 9, minute: 3)
        gone.isRecalled = true
        lines.append(gone)
        lines.append(
            message(
                123, #"{"url":"/media/a.png","name":"cake.png","size":48213,"type":"image/png"}"#,
                user: 2, code: 2, chat: 9, minute: 4))
        var reply = message(127, "you are the best,\nall of you", user: 4, chat: 9, minute: 20)
        reply.quote = .init(seq: 121, userID: 1, code: 1, text: "我带蛋糕 🎂", isRecalled: false)
        lines.append(reply)
        var call = message(128, "@alice can you bring plates? 🇩🇪 ❤️", user: 3, chat: 9, minute: 21)
        call.mentions = [1]
        lines.append(call)
        lines.append(message(130, "and forks", user: 3, chat: 9, minute: 22))
        return lines
    }

    private static var groupPending: [ChatMessage] {
        var waiting = message(0, "on my way", user: 1, chat: 9, minute: 23)
        waiting.clientMessageID = "p1"
        waiting.state = .pending
        var failed = message(0, "no", user: 1, chat: 9, minute: 23)
        failed.clientMessageID = "p2"
        failed.state = .failed("You are muted here")
        return [waiting, failed]
    }

    /// Says how far the log of the open chat goes, and how far it was read.
    static func note(_ state: inout ScreenState, head: Int64? = nil, read: Int64? = nil) {
        for place in state.chats.indices where state.chats[place].chatroomID == state.selected {
            if let head { state.chats[place].headSeq = head }
            if let read { state.chats[place].readSeq = read }
        }
    }

    /// Presses keys, one after the other; what the screen asks for meanwhile.
    static func press(_ state: inout ScreenState, _ keys: Key...) -> [ScreenEffect] {
        keys.flatMap { ScreenReducer.reduce(&state, .input(.key($0))) }
    }

    /// Types a line and Enter.
    static func type(_ state: inout ScreenState, _ text: String) -> [ScreenEffect] {
        let effects = text.flatMap { character in
            ScreenReducer.reduce(&state, .input(.key(.character(character))))
        }
        return effects + press(&state, .enter)
    }
}
