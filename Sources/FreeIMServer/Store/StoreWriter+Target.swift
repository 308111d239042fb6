import Foundation
import FreeIMProtocol
import GRDB

extension StoreWriter {
    /// The message that a recall, an edit or a reaction acts on.
    struct Target {
        let item: IMMessageItem
        let row: Int64
    }

    /// Finds the target of an entry with code 20 to 22 and checks the sender's right to act on it.
    func checkTarget(
        _ item: IMMessageItem, userID: Int64, _ db: Database
    ) throws -> Target? {
        let code = item.code
        guard code == .recall || code == .edit || code == .reaction else { return nil }
        guard let id = MessageID(item.targetMessageID),
            let target = try target(id, item.chatroomID)
        else {
            throw Refusal(.notFound, "TargetMessageId names no message of this conversation.")
        }
        let isServerEntry = (8...12).contains(target.item.code.rawValue)
        let isAct = (20...22).contains(target.item.code.rawValue)
        if isServerEntry || isAct {
            throw Refusal(.forbidden, "This entry cannot be recalled, edited or reacted to.")
        }
        let isRecalled = try Bool.fetchOne(
            db.cachedStatement(
                sql: "SELECT 1 FROM recalled_message WHERE chatroom_id = ? AND seq = ?"),
            arguments: [item.chatroomID, target.item.seq])
        if isRecalled != nil { throw Refusal(.conflict, "The message was recalled already.") }
        if code == .reaction { return target }
        let role = try member(item.chatroomID, userID)?.role ?? 0
        if code == .recall, role > 0, try room(item.chatroomID, db)?.type == .group {
            return target
        }
        guard target.item.userID == userID else {
            throw Refusal(.forbidden, "Only one's own messages can be recalled or edited.")
        }
        try checkAge(of: target.item, isRecall: code == .recall)
        return target
    }

    /// Throws `forbidden` for an own message that is too old to be recalled or edited.
    private func checkAge(of item: IMMessageItem, isRecall: Bool) throws {
        let seconds = isRecall ? options.recallSeconds : options.editSeconds
        guard seconds > 0, now - item.messageSendTime > Int64(seconds) * 1_000 else { return }
        throw Refusal(
            .forbidden,
            "A message can be \(isRecall ? "recalled" : "edited") for \(seconds) seconds after it "
                + "was sent; this one is older.")
    }

    private func target(_ id: MessageID, _ chatroomID: Int64) throws -> Target? {
        guard let statements else { return nil }
        let stamp = Int64(id.stamp)
        var row = written.last { $0.chatroomID == chatroomID && $0.stamp == stamp }?.row
        row = row ?? tail.entries(chatroomID).last { $0.stamp == stamp }?.row
        if row == nil {
            statements.seqOfStamp.bind(chatroomID, stamp)
            if let seq = try statements.seqOfStamp.firstInt64() {
                statements.rowOfSeq.bind(chatroomID, seq)
                row = try statements.rowOfSeq.firstInt64()
            }
        }
        guard let row, let item = try message(row: row), item.messageID == id.text else {
            return nil
        }
        return Target(item: item, row: row)
    }

    /// Carries out a recall (Content is emptied, in its edits too) or notes an edit.
    func apply(_ item: IMMessageItem, to target: Target, row: Int64, _ db: Database) throws {
        if item.code == .edit {
            try db.execute(
                sql: "INSERT INTO message_edit VALUES (?, ?, ?)",
                arguments: [item.chatroomID, target.item.seq, row])
        }
        guard item.code == .recall else { return }
        try db.execute(
            sql: "INSERT INTO recalled_message VALUES (?, ?)",
            arguments: [item.chatroomID, target.item.seq])
        if faults?.dice.falls(.staleRecall) != nil { return }
        let edits = try Int64.fetchAll(
            db,
            sql: "SELECT message_id FROM message_edit WHERE chatroom_id = ? AND target_seq = ?",
            arguments: [item.chatroomID, target.item.seq])
        for row in [target.row] + edits {
            guard var emptied = try message(row: row) else { continue }
            emptied.content = ""
            try db.execute(
                sql: "UPDATE message SET body = ? WHERE id = ?",
                arguments: [BodyCoding.encode(emptied, version: .protobuf).databaseValue, row])
        }
    }
}

extension [UInt8] {
    /// The bytes as a BLOB.
    var databaseValue: DatabaseValue { Data(self).databaseValue }
}
