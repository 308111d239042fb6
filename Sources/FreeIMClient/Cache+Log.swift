extension Cache {
    /// What is held of a log after a seq, ascending: acts on other messages too, which `page`
    /// leaves out.
    public func log(
        _ chatroomID: Int64, after seq: Int64, limit: Int, ownID: Int64
    ) throws -> [ChatMessage] {
        try reading { db in
            try MessageReader(db, ownID).fetch(
                "WHERE m.chatroom_id = ? AND m.seq > ? ORDER BY m.seq LIMIT ?",
                [chatroomID, seq, max(0, limit)])
        }
    }
}
