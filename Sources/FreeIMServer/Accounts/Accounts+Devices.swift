import FreeIMProtocol
import GRDB

extension Accounts {
    /// Characters of a push ID.
    static let pushIDMax = 512

    /// The devices of a user; one that was revoked is left out until a token opens it again.
    static func devices(_ db: Database, userID: Int64, now: Int64) throws -> [Row] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM device d WHERE d.user_id = ?1
                    AND (d.revoked_time = 0 OR \(isOpen)) ORDER BY d.id
                """, arguments: [userID, now])
    }

    /// SQL: a token of user ?1 opens device `d` at the time ?2.
    static let isOpen = """
        EXISTS (SELECT 1 FROM access_token t
            WHERE t.user_id = d.user_id AND t.expires_time > ?2 AND (t.device_id = d.device_id
                OR t.device_id IS NULL AND t.created_time > d.revoked_time))
        """

    /// Revokes the tokens of one device, shuts it to tokens of no device that were issued before,
    /// and closes its connections. Throws `not_found`.
    func revoke(deviceID: String, of userID: Int64) async throws {
        try await store.write { context in
            try context.db.execute(
                sql: "DELETE FROM access_token WHERE user_id = ? AND device_id = ?",
                arguments: [userID, deviceID])
            let tokens = context.db.changesCount
            try context.db.execute(
                sql: """
                    UPDATE device SET revoked_time = ?, push_id = ''
                    WHERE user_id = ? AND device_id = ?
                    """, arguments: [context.now, userID, deviceID])
            if tokens + context.db.changesCount == 0 {
                throw Refusal(.notFound, "device_id: this account has no such device.")
            }
            context.closeConnections(userID: userID, deviceID: deviceID, reason: .tokenRevoked)
        }
    }

    /// Says where the caller's device takes pushes; empty: nowhere. The ID is taken off every
    /// other device: it names one phone, whoever signs in there.
    func bind(
        pushID: String, _ owner: TokenOwner, deviceID: String?, clientType: String
    ) async throws {
        guard let deviceID = owner.deviceID ?? deviceID else {
            throw Refusal(
                .malformedBody, "device_id: send this header, or a token that is a device's.")
        }
        let userID = owner.userID
        guard deviceID.utf8.count <= Connection.deviceIDBytesMax else {
            throw Refusal(.malformedBody, "device_id: at most 128 bytes.")
        }
        let newest = settings.newDeviceMessagesMax
        try await store.write { context in
            if !pushID.isEmpty {
                try context.db.execute(
                    sql: "UPDATE device SET push_id = '' WHERE push_id = ? AND push_id <> ''",
                    arguments: [pushID])
                // A device that has not connected yet begins as at its first Auth.
                try context.registerDevice(
                    userID: userID, deviceID: deviceID, deviceType: "", clientType: clientType,
                    newest: Int64(newest))
            }
            try context.db.execute(
                sql: "UPDATE device SET push_id = ? WHERE user_id = ? AND device_id = ?",
                arguments: [pushID, userID, deviceID])
        }
    }
}
