import GRDB
import GRDBSQLite

/// A prepared statement on the store's hottest paths, bound and stepped through SQLite's own calls.
///
/// Confined to the connection it was made on; must be released before that connection closes.
final class RawStatement {
    private let handle: OpaquePointer

    init(_ db: Database, _ sql: String) throws {
        var made: OpaquePointer?
        let code = sqlite3_prepare_v3(
            db.sqliteConnection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let made else { throw RawStatement.error(code, db, sql) }
        handle = made
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Binds `values` to the parameters from 1 on.
    func bind(_ values: Int64...) {
        var index: Int32 = 1
        for value in values {
            sqlite3_bind_int64(handle, index, value)
            index += 1
        }
    }

    /// Binds bytes to one parameter and steps once, while they are in place.
    func run(blob: [UInt8], at index: Int32) throws {
        try blob.withUnsafeBytes { bytes in
            sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), nil)
            defer {
                sqlite3_reset(handle)
                sqlite3_bind_null(handle, index)
            }
            try check(sqlite3_step(handle))
        }
    }

    /// Runs a statement that returns no row.
    func run() throws {
        defer { sqlite3_reset(handle) }
        try check(sqlite3_step(handle))
    }

    /// Calls `row` for each row until it returns false.
    func forEach(_ row: (RawStatement) throws -> Bool) throws {
        defer { sqlite3_reset(handle) }
        while true {
            let code = sqlite3_step(handle)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw failure(code) }
            if try !row(self) { return }
        }
    }

    /// The first row's first column; nil without a row.
    func firstInt64() throws -> Int64? {
        var value: Int64?
        try forEach { row in
            value = row.int64(0)
            return false
        }
        return value
    }

    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func blob(_ column: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(handle, column))
        guard count > 0, let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private func check(_ code: Int32) throws {
        if code != SQLITE_DONE && code != SQLITE_ROW { throw failure(code) }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        let text = sqlite3_db_handle(handle).flatMap { sqlite3_errmsg($0) }
        return DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: text.map { String(cString: $0) })
    }

    private static func error(_ code: Int32, _ db: Database, _ sql: String) -> DatabaseError {
        let text = db.sqliteConnection.flatMap { sqlite3_errmsg($0) }
        return DatabaseError(
            resultCode: ResultCode(rawValue: code), message: text.map { String(cString: $0) },
            sql: sql)
    }
}
