import FreeIMProtocol

extension RouteTable {
    /// What operators do with calls of webhooks that were given up.
    static let hooks: [Route] = [
        Route(
            .post, "/admin/hook.list", .admin,
            "Calls of webhooks that were given up, newest first, and how the others are doing.",
            [.takes("before", .integer), .takes("limit", .integer)],
            answers: Shape.page(
                of: .object([
                    "id": .integer, "kind": .text, "member_id": .integer, "url": .text,
                    "attempts": .integer, "created_time": .integer, "last_error": .text,
                ]), cursor: true
            ).adding(["counts": hookCounts])
        ) { call in
            let hooks = try hooks(call)
            let limit = call.has("limit") ? min(max(call.integer("limit"), 1), 100) : 20
            let dead = try await hooks.queue.dead(
                before: call.has("before") ? call.integer("before") : nil, limit: Int(limit) + 1)
            let shown = dead.prefix(Int(limit))
            let last = dead.count > shown.count ? shown.last.map { "\($0.id)" } : nil
            return [
                "list": .array(shown.map(json)), "next_cursor": .string(last ?? ""),
                "counts": json(hooks.counts),
            ]
        },
        Route(
            .post, "/admin/hook.retry", .admin, "Makes a call anew that was given up.",
            [.needs("id", .integer)]
        ) { call in
            let id = call.integer("id")
            try await call.noteAlone("hook.retry", target: "\(id)")
            guard try await hooks(call).queue.retry(id, now: WallClock.milliseconds()) else {
                throw Refusal(.notFound, "id: no such call was given up.")
            }
            return .null
        },
    ]

    private static func hooks(_ call: RouteCall) throws -> HookService {
        guard let hooks = call.services.hooks else {
            throw Refusal(.forbidden, "No webhooks are called here; ask the running server.")
        }
        return hooks
    }

    private static func json(_ dead: HookCall.Dead) -> JSONValue {
        [
            "id": .int(dead.id), "kind": .string(dead.kind.rawValue),
            "member_id": .int(dead.userID), "url": .string(dead.url),
            "attempts": .int(Int64(dead.attempts)), "created_time": .int(dead.createdTime),
            "last_error": .string(dead.lastError),
        ]
    }

    private static let hookCounts = Shape.object([
        "waiting": .integer, "dead": .integer, "taken": .integer, "failures": .integer,
        "skipped": .integer, "expired": .integer, "push_lag": .integer, "bot_lag": .integer,
    ])

    private static func json(_ counts: HookCounts) -> JSONValue {
        [
            "waiting": .int(Int64(counts.waiting)), "dead": .int(Int64(counts.dead)),
            "taken": .int(Int64(counts.taken)), "failures": .int(Int64(counts.failures)),
            "skipped": .int(Int64(counts.skipped)), "expired": .int(Int64(counts.expired)),
            "push_lag": .int(counts.pushLag), "bot_lag": .int(counts.botLag),
        ]
    }
}
