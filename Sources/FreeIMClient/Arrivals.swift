import FreeIMCore
import FreeIMProtocol

/// What one batch of frames brings for the cache: one transaction for all of it.
struct Arrivals {
    var items: [IMMessageItem] = []
    var marks: [Int64: SeqMarks] = [:]
    var gaps: [Int64: [ClosedRange<Int64>]] = [:]
    var acks: [Acknowledged] = []
    /// Chats whose receipts moved.
    var receipts: Set<Int64> = []
    /// Whether this user read something elsewhere.
    var isReadElsewhere = false
    /// Things that cannot be: seqs out of range, empty IDs, messages of another chat.
    var odd = 0
    /// Frames whose body cannot be read.
    var unreadable = 0

    /// One of one's own sends that the server has.
    struct Acknowledged {
        var id: String
        var ack: IMMessageACK
        /// Nothing that can be believed stands in it.
        var isOdd: Bool
    }

    var isEmpty: Bool {
        items.isEmpty && marks.isEmpty && gaps.isEmpty && acks.isEmpty && receipts.isEmpty
    }

    /// Bytes of a message ID that are believed.
    private static let messageIDBytesMax = 64

    static func isCredible(_ chatroomID: Int64, _ seq: Int64, _ messageID: String) -> Bool {
        chatroomID > 0 && seq > 0 && seq <= ConversationSync.seqMax
            && !messageID.isEmpty && messageID.utf8.count <= messageIDBytesMax
    }

    mutating func add(_ item: IMMessageItem) {
        guard Arrivals.isCredible(item.chatroomID, item.seq, item.messageID) else {
            odd += 1
            return
        }
        items.append(item)
        if item.content.utf8.contains(0) {
            items[items.count - 1].content = Arrivals.withoutNull(item.content)
        }
        var mark = marks[item.chatroomID] ?? SeqMarks()
        mark.updated = max(mark.updated, item.messageSendTime)
        marks[item.chatroomID] = mark
    }

    /// The text with a sign in place of each NUL, where SQLite would end it.
    static func withoutNull(_ text: String) -> String {
        text.utf8.contains(0) ? text.replacing("\u{0}", with: "\u{2400}") : text
    }

    mutating func add(_ page: IMSyncPage) {
        guard page.chatroomID > 0 else {
            odd += 1
            return
        }
        learn(page.chatroomID, head: page.headSeq, first: page.firstSeq)
        for item in page.messages {
            if item.chatroomID == page.chatroomID { add(item) } else { odd += 1 }
        }
    }

    mutating func add(_ gap: IMGap) {
        guard gap.chatroomID > 0, gap.fromSeq > 0, gap.fromSeq <= gap.toSeq,
            gap.toSeq <= ConversationSync.seqMax
        else {
            odd += 1
            return
        }
        gaps[gap.chatroomID, default: []].append(gap.fromSeq...gap.toSeq)
        learn(gap.chatroomID, head: gap.toSeq, first: 0)
    }

    /// Notes the ends of a conversation, as far as they can be believed.
    private mutating func learn(_ chatroomID: Int64, head: Int64, first: Int64) {
        var mark = marks[chatroomID] ?? SeqMarks()
        for seq in [head, first] where seq < 0 || seq > ConversationSync.seqMax { odd += 1 }
        if head <= ConversationSync.seqMax { mark.head = max(mark.head, head) }
        if first <= ConversationSync.seqMax { mark.first = max(mark.first, first) }
        marks[chatroomID] = mark
    }
}
