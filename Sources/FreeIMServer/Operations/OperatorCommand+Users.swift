import Foundation
import FreeIMProtocol

extension OperatorCommand {
    /// Accounts asked for at a time.
    private static let pageSize: Int64 = 100

    func userList() async throws {
        try await linked { link in
            var page: Int64 = 1
            while true {
                var fields: [String: JSONValue] = [
                    "page": .int(page), "perpage": .int(Self.pageSize),
                ]
                if let search = line.options["search"] { fields["search"] = .string(search) }
                let items = try await link.call("/admin/user.list", fields)["list"].items
                for item in items { try show(item) { summary($0) } }
                if items.count < Int(Self.pageSize) { return }
                page += 1
            }
        }
    }

    func userShow() async throws {
        let user = try await linked {
            try await $0.call("/admin/user.show", ["account": .string(account)])
        }
        try show(user) { user in
            var lines = [summary(user)]
            for device in user["devices"].items {
                lines.append(
                    "  device \(text(device, "device_id")) \(text(device, "device_type")) "
                        + "last seen \(time(device, "last_seen_time"))")
            }
            if case .object(let holds) = user["holds"] {
                let counts = holds.sorted { $0.key < $1.key }
                    .map { "\($0.key) \($0.value.integer ?? 0)" }
                lines.append("  " + counts.joined(separator: ", "))
            }
            return lines.joined(separator: "\n")
        }
    }

    func userAdd() async throws {
        var fields: [String: JSONValue] = ["account": .string(account)]
        if let nickname = line.options["nickname"] { fields["nickname"] = .string(nickname) }
        if line.options["no-password"] == nil { fields["password"] = .string(try password()) }
        let asked = fields
        let made = try await linked { try await $0.call("/admin/user.add", asked) }
        try say("\(text(made, "account")) is user \(made["member_id"].integer ?? 0)")
    }

    func userPassword() async throws {
        let password = try password()
        _ = try await linked {
            try await $0.call(
                "/admin/user.password",
                ["account": .string(account), "password": .string(password)])
        }
        try say("\(account): the password is set, all tokens are revoked")
    }

    func userRename() async throws {
        let name = line.arguments.last ?? ""
        let made = try await linked {
            try await $0.call(
                "/admin/user.rename",
                ["account": .string(account), "new_account": .string(name)])
        }
        try say("\(account) is now \(text(made, "account"))")
    }

    func userDelete() async throws {
        _ = try await linked {
            try await $0.call("/admin/user.delete", ["account": .string(account)])
        }
        try say("\(account) is deleted")
    }

    // MARK: Bans and tokens

    func ban() async throws {
        var fields: [String: JSONValue] = ["account": .string(account)]
        if line.options["lift"] != nil {
            if line.options["days"] != nil || line.options["reason"] != nil {
                throw StoreError("--lift stands alone: no days, no reason")
            }
            let asked = fields
            _ = try await linked { try await $0.call("/admin/unban", asked) }
            return try say("\(account): the ban is lifted")
        }
        if let days = try number("days", 1...RouteTable.banDaysMax) { fields["days"] = .int(days) }
        if let reason = line.options["reason"] { fields["reason"] = .string(reason) }
        let asked = fields
        let banned = try await linked { try await $0.call("/admin/ban", asked) }
        let until = banned["banned_until"].integer ?? 0
        let end = until == UserRecord.forGood ? "for good" : "until \(time(banned, "banned_until"))"
        try say("\(account) is banned \(end)")
    }

    func tokenIssue() async throws {
        var fields: [String: JSONValue] = ["account": .string(account)]
        if let device = line.options["device"] { fields["device_id"] = .string(device) }
        if let seconds = try number("seconds", 1...315_360_000) {
            fields["seconds"] = .int(seconds)
        }
        let asked = fields
        let issued = try await linked { try await $0.call("/admin/token.issue", asked) }
        try say(text(issued, "access_token"))
    }

    func tokenList() async throws {
        let tokens = try await linked {
            try await $0.call("/admin/token.list", ["account": .string(account)])
        }
        for token in tokens["list"].items {
            try show(token) { token in
                let device = text(token, "device_id")
                return "\(text(token, "token_id")) \(device.isEmpty ? "-" : device) expires "
                    + time(token, "expires_time")
            }
        }
    }

    func tokenRevoke() async throws {
        var fields: [String: JSONValue] = ["account": .string(account)]
        guard (line.options["id"] == nil) != (line.options["all"] == nil) else {
            throw StoreError("token revoke takes one of --id ID and --all")
        }
        if let id = line.options["id"] { fields["token_id"] = .string(id) }
        if line.options["all"] != nil { fields["all"] = true }
        let asked = fields
        let revoked = try await linked { try await $0.call("/admin/token.revoke", asked) }
        try say("\(account): \(revoked["revoked"].integer ?? 0) tokens revoked")
    }

    // MARK: Words

    private func show(_ item: JSONValue, _ words: (JSONValue) -> String) throws {
        if line.options["json"] == nil { try say(words(item)) } else { try say(item) }
    }

    private func summary(_ user: JSONValue) -> String {
        var notes: [String] = []
        if user["is_bot"] == true { notes.append("bot") }
        if user["has_password"] == false { notes.append("no password") }
        if (user["deleted_time"].integer ?? 0) > 0 { notes.append("deleted") }
        if (user["banned_until"].integer ?? 0) > WallClock.milliseconds() { notes.append("banned") }
        if (user["devices_online"].integer ?? 0) > 0 { notes.append("on line") }
        let more = notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))"
        return "\(user["member_id"].integer ?? 0) \(text(user, "account")) "
            + "\"\(text(user, "nickname"))\"\(more)"
    }

    private func text(_ item: JSONValue, _ name: String) -> String { item[name].text ?? "" }

    private func time(_ item: JSONValue, _ name: String) -> String {
        let stamp = item[name].integer ?? 0
        return stamp == 0 ? "never" : BackupDesk.name(now: stamp) + " UTC"
    }

    private func number(_ option: String, _ range: ClosedRange<Int64>) throws -> Int64? {
        guard let given = line.options[option] else { return nil }
        guard let value = Int64(given), range.contains(value) else {
            throw StoreError(
                "--\(option) takes a whole number of \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The first line of standard input; typed unseen when that is a terminal.
    private func password() throws -> String {
        guard isatty(STDIN_FILENO) == 1 else { return try firstLine() }
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        try? FileHandle.standardError.write(contentsOf: Data("password: ".utf8))
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            try? FileHandle.standardError.write(contentsOf: Data("\n".utf8))
        }
        return try firstLine()
    }

    private func firstLine() throws -> String {
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw StoreError("give the password as the first line of standard input")
        }
        return line
    }
}
