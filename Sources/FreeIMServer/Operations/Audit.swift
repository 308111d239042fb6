import FreeIMProtocol
import GRDB

/// The operators' log, table `audit`: who did what from where, without secrets and message texts.
enum Audit {
    /// Who acts over HTTP, and on the machine itself.
    static let (admin, commandLine) = ("admin", "cli")

    /// Notes one act in the transaction that does it.
    static func note(
        _ context: WriteContext, actor: String, address: String, action: String, target: String,
        detail: [String: JSONValue]
    ) throws {
        let text = String(decoding: try JSONValue.object(detail).bytes(), as: UTF8.self)
        try context.db.execute(
            sql: """
                INSERT INTO audit (time, actor, address, action, target, detail)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [context.now, actor, address, action, target, text])
    }

    /// Entries with an ID below `before`, newest first.
    static func entries(
        _ db: Database, before: Int64, action: String?, limit: Int64
    ) throws -> [Row] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM audit WHERE id < ?1 AND (?2 IS NULL OR action = ?2)
                ORDER BY id DESC LIMIT ?3
                """, arguments: [before, action, limit])
    }
}

extension RouteCall {
    /// Notes what this call of an operator does; `action` is the route's own word.
    func note(
        _ context: WriteContext, _ action: String, target: String = "",
        _ detail: [String: JSONValue] = [:]
    ) throws {
        let actor = clientType == Audit.commandLine ? Audit.commandLine : Audit.admin
        try Audit.note(
            context, actor: actor, address: address, action: action, target: target,
            detail: detail)
    }

    /// Notes an act that no transaction of the database does, before it is done.
    func noteAlone(
        _ action: String, target: String = "", _ detail: [String: JSONValue] = [:]
    ) async throws {
        try await store.write { try note($0, action, target: target, detail) }
    }
}
