import FreeIMHTTPClient
import FreeIMProtocol

/// Who takes part: users with their devices' tokens, and the conversations between them.
struct Population: Sendable {
    struct Device: Sendable {
        let user: Int
        let userID: Int64
        let deviceID: String
        let token: String
    }

    struct Conversation: Sendable {
        let chatroomID: Int64
        /// Indexes of users.
        let members: [Int]
        let isGroup: Bool
    }

    var devices: [Device] = []
    var conversations: [Conversation] = []

    /// Makes all of it through `/admin/provision`. Throws `BenchError`.
    static func provision(
        _ plan: RunPlan, caller: HTTPCaller, adminToken: String
    ) async throws -> Population {
        var population = Population()
        var userIDs: [Int64] = []
        for start in stride(from: 0, to: plan.users, by: 2_000) {
            let numbers = start..<min(start + 2_000, plan.users)
            let data = try await call(
                caller, adminToken, ["users": .array(numbers.map { user($0, plan) })])
            for (number, made) in zip(numbers, data["users"].items) {
                let userID = made["member_id"].integer ?? 0
                userIDs.append(userID)
                for device in made["devices"].items {
                    population.devices.append(
                        Device(
                            user: number, userID: userID, deviceID: device["device_id"].text ?? "",
                            token: device["access_token"].text ?? ""))
                }
            }
        }
        guard population.devices.count == plan.devices else {
            throw BenchError(.unreachable, "the server provisioned too few devices")
        }
        if plan.target != .group || plan.groups == 0 {
            try await population.befriend(plan, caller, adminToken)
        }
        if plan.groups > 0 { try await population.group(plan, caller, adminToken) }
        return population
    }

    private static func user(_ number: Int, _ plan: RunPlan) -> JSONValue {
        [
            "account": .string("bench-\(plan.seed)-\(number)"),
            "devices": .array(
                (0..<plan.devicesPerUser).map {
                    ["device_id": .string("d\($0)"), "device_type": "bot"]
                }),
        ]
    }

    private mutating func befriend(
        _ plan: RunPlan, _ caller: HTTPCaller, _ adminToken: String
    ) async throws {
        let pairs = stride(from: 0, to: plan.users - 1, by: 2).map { [$0, $0 + 1] }
        for start in stride(from: 0, to: pairs.count, by: 1_000) {
            let part = pairs[start..<min(start + 1_000, pairs.count)]
            let names = part.map { pair in
                JSONValue.array(pair.map { .string("bench-\(plan.seed)-\($0)") })
            }
            let data = try await Population.call(
                caller, adminToken, ["friendships": .array(names)])
            for (pair, made) in zip(part, data["friendships"].items) {
                conversations.append(
                    Conversation(
                        chatroomID: made["chatroom_id"].integer ?? 0, members: pair,
                        isGroup: false))
            }
        }
    }

    private mutating func group(
        _ plan: RunPlan, _ caller: HTTPCaller, _ adminToken: String
    ) async throws {
        for number in 0..<plan.groups {
            let members = (0..<min(plan.groupMembers, plan.users)).map {
                (number * plan.groupMembers + $0) % plan.users
            }
            let names = members.map { JSONValue.string("bench-\(plan.seed)-\($0)") }
            let data = try await Population.call(
                caller, adminToken,
                [
                    "groups": [
                        [
                            "name": .string("bench-\(plan.seed)-\(number)"), "owner": names[0],
                            "members": .array(Array(names.dropFirst())),
                        ]
                    ]
                ])
            conversations.append(
                Conversation(
                    chatroomID: data["groups"].items.first?["chatroom_id"].integer ?? 0,
                    members: members, isGroup: true))
        }
    }

    private static func call(
        _ caller: HTTPCaller, _ adminToken: String, _ body: JSONValue
    ) async throws -> JSONValue {
        let reply: HTTPReply
        do {
            reply = try await caller.call(
                "POST", "/admin/provision",
                headers: [("authorization", "Bearer \(adminToken)")], body: try body.bytes(),
                secondsMax: 120)
        } catch {
            throw BenchError(.unreachable, "\(error)")
        }
        let answer = JSONValue(parsing: reply.body) ?? .null
        guard answer["code"].integer == 0 else {
            throw BenchError(
                .unreachable, "provisioning was refused: \(answer["msg"].text ?? "\(reply.status)")"
            )
        }
        return answer["data"]
    }
}
