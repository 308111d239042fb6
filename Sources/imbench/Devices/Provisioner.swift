import Foundation
import FreeIMHTTPClient
import FreeIMProtocol

/// Makes a population through `/admin/provision`, in calls of bounded size.
struct Provisioner {
    static let usersPerCall = 1_000
    static let friendshipsPerCall = 1_000
    /// Members named in one call for groups.
    static let membersPerCall = 2_000
    /// Members of one group named in one call; the rest follow in further ones.
    static let groupMembersPerCall = 10_000
    /// Accounts that `sign_in` uses, and devices that hostile peers use.
    static let signInAccounts = 8
    static let hostileDevices = 16

    let plan: PopulationPlan
    let caller: HTTPCaller
    let adminToken: String
    /// What keeps this run's accounts apart from those of other runs.
    let salt: String
    let signsIn: Bool

    /// Makes all of it. Throws `BenchError`.
    func make() async throws -> Population {
        var population = Population()
        for start in stride(from: 0, to: plan.users, by: Provisioner.usersPerCall) {
            let end = min(start + Provisioner.usersPerCall, plan.users)
            try await makeUsers(start..<end, &population)
        }
        population.conversationsOfUser = Array(repeating: [], count: plan.users)
        try await befriend(&population)
        for group in plan.groups { try await makeGroups(group, &population) }
        for (index, conversation) in population.conversations.enumerated() {
            population.conversationOfChatroom[conversation.chatroomID] = Int32(index)
            for user in conversation.members {
                population.conversationsOfUser[Int(user)].append(Int32(index))
            }
        }
        try await makeHostile(&population)
        if signsIn { try await register(&population) }
        return population
    }

    private func account(_ number: Int) -> String { "bench-\(salt)-\(number)" }

    private func makeUsers(_ numbers: Range<Int>, _ population: inout Population) async throws {
        let bodies = numbers.map { number -> JSONValue in
            [
                "account": .string(account(number)),
                "devices": .array(
                    (0..<plan.devices(ofUser: number)).map {
                        ["device_id": .string("d\($0)"), "device_type": "bot"]
                    }),
            ]
        }
        let made = try await provision(["users": .array(bodies)])["users"].items
        for (number, user) in zip(numbers, made) {
            let first = population.devices.count
            for device in user["devices"].items {
                population.devices.append(
                    Population.Device(
                        user: Int32(number), deviceID: device["device_id"].text ?? "",
                        token: device["access_token"].text ?? ""))
            }
            let id = user["member_id"].integer ?? 0
            population.userOfID[id] = Int32(number)
            population.users.append(
                Population.User(
                    account: account(number), id: id, devices: first..<population.devices.count))
        }
        guard population.users.count == numbers.upperBound else {
            throw BenchError(.unreachable, "the server made fewer users than it was asked to")
        }
    }

    /// Friends of each user: a pair, or the next ones on a ring.
    static func pairs(_ plan: PopulationPlan) -> [[Int]] {
        if plan.friends == 0 { return [] }
        let users = plan.friendUsers ?? plan.users
        if plan.friends == 1 {
            return stride(from: 0, to: users - 1, by: 2).map { [$0, $0 + 1] }
        }
        var seen: Set<[Int]> = []
        for user in 0..<users {
            for step in 1...max(1, plan.friends / 2) {
                let other = (user + step) % users
                if other != user { seen.insert([min(user, other), max(user, other)]) }
            }
        }
        return seen.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
    }

    private func befriend(_ population: inout Population) async throws {
        let pairs = Provisioner.pairs(plan)
        for start in stride(from: 0, to: pairs.count, by: Provisioner.friendshipsPerCall) {
            let part = pairs[start..<min(start + Provisioner.friendshipsPerCall, pairs.count)]
            let names = part.map { JSONValue.array($0.map { .string(account($0)) }) }
            let made = try await provision(["friendships": .array(names)])["friendships"].items
            guard made.count == part.count else {
                throw BenchError(.unreachable, "the server made too few friendships")
            }
            for (pair, answer) in zip(part, made) {
                population.conversations.append(
                    Population.Conversation(
                        chatroomID: answer["chatroom_id"].integer ?? 0, groupID: 0, kind: "",
                        members: pair.map { Int32($0) }))
            }
        }
    }

    private func makeGroups(
        _ group: PopulationPlan.Group, _ population: inout Population
    ) async throws {
        let perCall = max(1, Provisioner.membersPerCall / group.members)
        for start in stride(from: 0, to: group.count, by: perCall) {
            let numbers = start..<min(start + perCall, group.count)
            // Groups take the users in turn, so that everybody is in about as many.
            let members = numbers.map { number in
                (0..<group.members).map { (number * group.members + $0) % plan.users }
            }
            let bodies = zip(numbers, members).map { number, members -> JSONValue in
                [
                    "name": .string("\(salt)-\(group.name)-\(number)"),
                    "owner": .string(account(members[0])),
                    "members": .array(
                        members[1..<min(members.count, Provisioner.groupMembersPerCall)].map {
                            .string(account($0))
                        }),
                ]
            }
            let made = try await provision(["groups": .array(bodies)])["groups"].items
            guard made.count == members.count else {
                throw BenchError(.unreachable, "the server made too few groups")
            }
            for (number, members) in zip(numbers, members) {
                try await complete("\(salt)-\(group.name)-\(number)", members)
            }
            for (members, answer) in zip(members, made) {
                population.conversations.append(
                    Population.Conversation(
                        chatroomID: answer["chatroom_id"].integer ?? 0,
                        groupID: answer["group_id"].integer ?? 0, kind: group.name,
                        members: members.map { Int32($0) }))
            }
        }
    }

    /// Names the members of a large group that the first call left out: a group of the same owner
    /// and name gets who is missing.
    private func complete(_ name: String, _ members: [Int]) async throws {
        let most = Provisioner.groupMembersPerCall
        for start in stride(from: most, to: members.count, by: most) {
            let part = members[start..<min(start + most, members.count)]
            _ = try await provision([
                "groups": [
                    [
                        "name": .string(name), "owner": .string(account(members[0])),
                        "members": .array(part.map { .string(account($0)) }),
                    ]
                ]
            ])
        }
    }

    private func makeHostile(_ population: inout Population) async throws {
        let body: JSONValue = [
            "account": .string("bench-\(salt)-hostile"),
            "devices": .array(
                (0..<Provisioner.hostileDevices).map {
                    ["device_id": .string("h\($0)"), "device_type": "bot"]
                }),
        ]
        for user in try await provision(["users": .array([body])])["users"].items {
            for device in user["devices"].items {
                population.hostile.append(
                    HostilePeer.Identity(
                        userID: user["member_id"].integer ?? 0,
                        deviceID: device["device_id"].text ?? "",
                        token: device["access_token"].text ?? ""))
            }
        }
        if population.hostile.isEmpty {
            throw BenchError(.unreachable, "the server made fewer users than it was asked to")
        }
    }

    private func register(_ population: inout Population) async throws {
        for number in 0..<Provisioner.signInAccounts {
            let (account, password) = ("sign-\(salt)-\(number)", "bench-\(salt)-\(number)!")
            _ = try await call(
                "/register",
                [
                    "account": .string(account), "password": .string(password),
                    "nickname": .string(account),
                ], headers: [])
            population.accounts.append(
                Population.Account(account: account, password: password))
        }
    }

    private func provision(_ body: JSONValue) async throws -> JSONValue {
        try await call(
            "/admin/provision", body, headers: [("authorization", "Bearer \(adminToken)")])
    }

    private func call(
        _ path: String, _ body: JSONValue, headers: [(String, String)]
    ) async throws -> JSONValue {
        let reply: HTTPReply
        do {
            reply = try await caller.call(
                "POST", path, headers: headers, body: try body.bytes(), secondsMax: 120)
        } catch HTTPCallError.tls(let failure) where failure.reason == .untrusted {
            throw BenchError(
                .unreachable,
                "\(failure): give --ca FILE, a PEM file with its authority's certificate")
        } catch {
            throw BenchError(.unreachable, "\(error)")
        }
        let answer = JSONValue(parsing: reply.body) ?? .null
        guard answer["code"].integer == 0 else {
            throw BenchError(
                .unreachable,
                "\(path) was refused (\(reply.status)): \(answer["msg"].text ?? "no words")")
        }
        return answer["data"]
    }
}
