/// How readers ask for a member's part in a chatroom: pieces of SQL over `member m`.
enum Membership {
    /// The chatroom was not dissolved; the rows of a dissolved one's members go by and by.
    static let isAlive = """
        NOT EXISTS (SELECT 1 FROM chat_group x
            WHERE x.chatroom_id = m.chatroom_id AND x.dissolved_time IS NOT NULL)
        """
    /// The oldest seq that the member may read in `chatroom c`; what retention removed is gone for
    /// everybody.
    static let firstSeq = "max(m.first_seq, c.first_seq)"
}
