import FreeIMProtocol
import GRDB

extension RouteTable {
    /// Connections, or entries of the audit, in one answer.
    static let adminPageMax: Int64 = 100

    static let adminServer: [Route] = [
        Route(
            .post, "/admin/connections", .admin, "The connections that are open, in pages.",
            [
                .takes("member_id", .integer), .takes("cursor", .line(32)),
                .takes("limit", .number(1...adminPageMax)),
            ],
            answers: Shape.page(
                of: .object([
                    "connection_id": .text, "member_id": .integer, "device_id": .text,
                    "device_type": .text, "client_type": .text, "address": .text,
                    "opened_time": .integer, "bytes_waiting": .integer,
                ])
            ).adding(optional: ["next_cursor": .text])
        ) { call in
            try await connections(call)
        },
        Route(
            .post, "/admin/connection.close", .admin,
            "Closes a connection; its token stays good.", [.needs("connection_id", .line(32))]
        ) { call in
            guard let place = DeviceDirectory.Place(call.text("connection_id")) else {
                throw Refusal(.malformedBody, "connection_id: as /admin/connections gives it.")
            }
            try await call.noteAlone("connection.close", target: place.text)
            guard try await call.services.operations.network.close(place) else {
                throw Refusal(.notFound, "connection_id: there is no such connection.")
            }
            return .null
        },
        Route(
            .post, "/admin/broadcast", .admin,
            "Writes to everybody, or to those named, in a conversation that only operators "
                + "write into.",
            [
                .needs("content", .text(broadcastMax)), .takes("code", .integer),
                .takes("member_list", .integers),
            ],
            answers: .object([
                "chatroom_id": .integer, "seq": .integer, "message_id": .text,
                "list": .list(broadcastPlace),
            ])
        ) { call in
            try await broadcast(call)
        },
        Route(
            .post, "/admin/drain", .admin,
            "Ends the server in order, as SIGTERM does; the answer comes first."
        ) { call in
            try await call.noteAlone("drain")
            call.services.operations.drain()
            return .null
        },
        Route(
            .post, "/admin/backup", .admin,
            "Makes a verified backup under DIR/backups while the server goes on.",
            [.takes("name", .line(BackupDesk.nameMax))],
            answers: .object([
                "name": .text, "bytes": .integer, "files": .integer, "schema_version": .integer,
                "counts": .map(.integer),
            ])
        ) { call in
            try await backup(call)
        },
        Route(
            .post, "/admin/audit", .admin, "What operators did, newest first.",
            [
                .takes("before", .integer), .takes("action", .line(nameMax)),
                .takes("limit", .number(1...adminPageMax)),
            ],
            answers: Shape.page(
                of: .object([
                    "id": .integer, "time": .integer, "actor": .text, "address": .text,
                    "action": .text, "target": .text, "detail": .map(.anything),
                ])
            ).adding(optional: ["next_cursor": .text])
        ) { call in
            let limit = call.has("limit") ? call.integer("limit") : adminPageMax
            let rows = try await call.store.read { db in
                try Audit.entries(
                    db, before: call.has("before") ? call.integer("before") : Int64.max,
                    action: call.has("action") ? call.text("action") : nil, limit: limit
                ).map(auditEntry)
            }
            return page(rows, limit: limit, next: rows.last?["id"].integer.map(String.init))
        },
    ]

    /// Characters of a broadcast.
    private static let broadcastMax = 8_192

    private static let broadcastPlace = Shape.object([
        "member_id": .integer, "chatroom_id": .integer, "seq": .integer, "message_id": .text,
    ])

    private static func page(_ items: [JSONValue], limit: Int64, next: String?) -> JSONValue {
        var data: [String: JSONValue] = ["list": .array(items)]
        if items.count == Int(limit), let next { data["next_cursor"] = .string(next) }
        return .object(data)
    }

    private static func auditEntry(_ row: Row) -> JSONValue {
        [
            "id": .int(row["id"]), "time": .int(row["time"]), "actor": .string(row["actor"]),
            "address": .string(row["address"]), "action": .string(row["action"]),
            "target": .string(row["target"]),
            "detail": JSONValue(parsing: Array((row["detail"] as String).utf8)) ?? [:],
        ]
    }

    private static func connections(_ call: RouteCall) async throws -> JSONValue {
        let limit = call.has("limit") ? call.integer("limit") : adminPageMax
        var after = DeviceDirectory.Place(loop: 0, connection: 0)
        if call.has("cursor") {
            guard let place = DeviceDirectory.Place(call.text("cursor")) else {
                throw Refusal(.malformedBody, "cursor: as next_cursor of the page before.")
            }
            after = place
        }
        let userID = call.has("member_id") ? call.integer("member_id") : nil
        let found = try await call.services.operations.network.connections(
            after: after, userID: userID, limit: Int(limit))
        let items: [JSONValue] = found.map { facts in
            [
                "connection_id": .string(facts.place.text), "member_id": .int(facts.userID),
                "device_id": .string(facts.deviceID),
                "device_type": .string(facts.deviceType),
                "client_type": .string(facts.clientType), "address": .string(facts.address),
                "opened_time": .int(facts.openedTime),
                "bytes_waiting": .int(Int64(facts.bytesWaiting)),
            ]
        }
        return page(items, limit: limit, next: found.last?.place.text)
    }

    private static func broadcast(_ call: RouteCall) async throws -> JSONValue {
        let message = try Broadcast(call)
        let places: [Broadcast.Place]
        if call.has("member_list") {
            var seen: Set<Int64> = []
            let users = call.integers("member_list").filter { seen.insert($0).inserted }
            guard (1...Broadcast.usersMax).contains(users.count) else {
                throw Refusal(
                    .malformedBody, "member_list: 1 to \(Broadcast.usersMax) users a call.")
            }
            places = try await message.send(call, to: users)
        } else {
            places = try await message.send(call)
        }
        let items: [JSONValue] = places.map {
            [
                "member_id": .int($0.memberID), "chatroom_id": .int($0.chatroomID),
                "seq": .int($0.seq), "message_id": .string($0.messageID),
            ]
        }
        return [
            "chatroom_id": .int(places.first?.chatroomID ?? 0),
            "seq": .int(places.first?.seq ?? 0),
            "message_id": .string(places.first?.messageID ?? ""), "list": .array(items),
        ]
    }

    private static func backup(_ call: RouteCall) async throws -> JSONValue {
        let now = WallClock.milliseconds()
        let name = call.has("name") ? call.text("name") : BackupDesk.name(now: now)
        guard BackupDesk.isName(name) else {
            throw Refusal(
                .malformedBody,
                "name: letters, digits, dot, hyphen, underscore; no path, no dot in front.")
        }
        try await call.noteAlone("backup", target: name)
        await call.store.flushCursors()
        let made = try await call.services.operations.backups.make(named: name, now: now)
        return [
            "name": .string(name), "bytes": .int(made.bytes),
            "files": .int(Int64(made.files.count)),
            "schema_version": .int(Int64(made.schemaVersion)),
            "counts": .object(made.counts.mapValues { .int($0) }),
        ]
    }
}
