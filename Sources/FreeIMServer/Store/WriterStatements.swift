import GRDB

/// The writer's prepared statements, bound to its connection.
final class WriterStatements {
    let insertMessage: RawStatement
    let findKey: RawStatement
    let body: RawStatement
    let head: RawStatement
    let seqOfStamp: RawStatement
    let rowOfSeq: RawStatement
    let member: RawStatement
    let moveCursor: RawStatement
    let moveReceipt: RawStatement
    let seenUser: RawStatement
    let seenDevice: RawStatement

    init(_ db: Database) throws {
        insertMessage = try RawStatement(
            db,
            """
            INSERT INTO message (id, chatroom_id, seq, stamp, user_id, key_hash, body)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        findKey = try RawStatement(
            db, "SELECT message_id FROM message_key WHERE user_id = ?1 AND key_hash = ?2")
        body = try RawStatement(db, "SELECT body FROM message WHERE id = ?1")
        head = try RawStatement(
            db,
            """
            SELECT coalesce(
                (SELECT max(seq) FROM message_seq WHERE chatroom_id = ?1),
                (SELECT first_seq - 1 FROM chatroom WHERE id = ?1), 0)
            """)
        seqOfStamp = try RawStatement(
            db, "SELECT seq FROM message_stamp WHERE chatroom_id = ?1 AND stamp = ?2")
        rowOfSeq = try RawStatement(
            db, "SELECT message_id FROM message_seq WHERE chatroom_id = ?1 AND seq = ?2")
        member = try RawStatement(
            db,
            """
            SELECT role, muted_until, first_seq FROM member
            WHERE chatroom_id = ?1 AND user_id = ?2
            """)
        moveCursor = try RawStatement(
            db,
            """
            INSERT INTO delivery_cursor (device, chatroom_id, ack_seq) VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET ack_seq = max(ack_seq, excluded.ack_seq)
            """)
        moveReceipt = try RawStatement(
            db,
            """
            UPDATE member SET delivered_seq = max(delivered_seq, ?3),
                read_seq = max(read_seq, ?4)
            WHERE chatroom_id = ?1 AND user_id = ?2
            """)
        seenUser = try RawStatement(
            db, "UPDATE user SET last_seen_time = max(last_seen_time, ?2) WHERE id = ?1")
        seenDevice = try RawStatement(
            db, "UPDATE device SET last_seen_time = max(last_seen_time, ?2) WHERE id = ?1")
    }
}
