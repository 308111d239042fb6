import GRDB

/// Reads messages with all that a screen shows of them, within one read.
struct MessageReader {
    /// Characters of a file's Content that a quote looks at for its name.
    private static let quoteContentMax = 1_000

    /// What `message` reads, by position.
    static let columns = """
        m.chatroom_id, m.seq, m.message_id, m.user_id, m.code, m.content, m.send_time,
        m.client_message_id, m.target_message_id, m.reply_to, m.mentions, m.is_edited,
        m.is_recalled, c.peer_delivered_seq, c.peer_read_seq,
        EXISTS (SELECT 1 FROM pin p WHERE p.chatroom_id = m.chatroom_id AND p.seq = m.seq),
        EXISTS (SELECT 1 FROM reaction r WHERE r.chatroom_id = m.chatroom_id
            AND r.target_message_id = m.message_id),
        q.seq, q.user_id, q.code, q.is_recalled,
        substr(q.content, 1, iif(q.code IN (2, 4, 5, 6), \(quoteContentMax),
            \(ChatMessage.quoteCharactersMax)))
        """

    static let joins = """
        LEFT JOIN conversation c ON c.chatroom_id = m.chatroom_id
        LEFT JOIN message q ON m.reply_to <> '' AND q.message_id = m.reply_to
            AND q.chatroom_id = m.chatroom_id
        """

    let db: Database
    let ownID: Int64

    init(_ db: Database, _ ownID: Int64) {
        self.db = db
        self.ownID = ownID
    }

    /// The newest lines before a seq, ascending.
    func before(_ chatroomID: Int64, _ seq: Int64, _ limit: Int) throws -> [ChatMessage] {
        try fetch(
            """
            WHERE m.chatroom_id = ? AND m.seq < ? AND m.code NOT IN (20, 21, 22)
            ORDER BY m.seq DESC LIMIT ?
            """, [chatroomID, seq, limit]
        ).reversed()
    }

    /// The oldest lines after a seq, ascending.
    func after(_ chatroomID: Int64, _ seq: Int64, _ limit: Int) throws -> [ChatMessage] {
        try fetch(
            """
            WHERE m.chatroom_id = ? AND m.seq > ? AND m.code NOT IN (20, 21, 22)
            ORDER BY m.seq LIMIT ?
            """, [chatroomID, seq, limit])
    }

    /// The messages `m` that a clause picks.
    func fetch(_ clause: String, _ arguments: StatementArguments) throws -> [ChatMessage] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT \(MessageReader.columns) FROM message m \(MessageReader.joins) \(clause)
                    """),
            arguments: arguments)
        var messages: [ChatMessage] = []
        var reacted: [Int] = []
        while let row = try rows.next() {
            let (message, isReacted) = message(row, from: 0)
            if isReacted { reacted.append(messages.count) }
            messages.append(message)
        }
        for place in reacted { messages[place].reactions = try reactions(to: messages[place]) }
        return messages
    }

    /// A message from a row that has `columns` from a position on, and whether it has reactions.
    func message(_ row: Row, from start: Int) -> (ChatMessage, isReacted: Bool) {
        var message = ChatMessage(
            chatroomID: row[start], seq: row[start + 1], messageID: row[start + 2],
            userID: row[start + 3], code: row[start + 4], content: row[start + 5],
            time: row[start + 6], clientMessageID: row[start + 7],
            targetMessageID: row[start + 8], replyTo: row[start + 9])
        message.mentions = MentionList.userIDs(row[start + 10])
        message.isEdited = row[start + 11]
        message.isRecalled = row[start + 12]
        if message.userID == ownID {
            let delivered: Int64 = row[start + 13] ?? 0
            let read: Int64 = row[start + 14] ?? 0
            message.state =
                message.seq <= read ? .read : message.seq <= delivered ? .delivered : .sent
        }
        message.isPinned = row[start + 15]
        if let seq: Int64 = row[start + 17] { message.quote = quote(row, start, seq) }
        return (message, row[start + 16] && !message.isRecalled)
    }

    private func quote(_ row: Row, _ start: Int, _ seq: Int64) -> ChatMessage.Quote {
        let code: Int = row[start + 19]
        let isRecalled: Bool = row[start + 20]
        let text = SearchIndex.text(code: code, content: row[start + 21])
        return ChatMessage.Quote(
            seq: seq, userID: row[start + 18], code: code,
            text: isRecalled ? "" : String(text.prefix(ChatMessage.quoteCharactersMax)),
            isRecalled: isRecalled)
    }

    /// What members think of a message, the first reaction first.
    func reactions(to message: ChatMessage) throws -> [ChatMessage.Reaction] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT emoji, user_id FROM reaction
                    WHERE chatroom_id = ? AND target_message_id = ? AND emoji <> '' ORDER BY seq
                    """),
            arguments: [message.chatroomID, message.messageID])
        var reactions: [ChatMessage.Reaction] = []
        while let row = try rows.next() {
            let emoji: String = row[0]
            if let place = reactions.firstIndex(where: { $0.emoji == emoji }) {
                reactions[place].userIDs.append(row[1])
            } else {
                reactions.append(ChatMessage.Reaction(emoji: emoji, userIDs: [row[1]]))
            }
        }
        return reactions
    }
}
