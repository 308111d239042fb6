import FreeIMClient
import FreeIMProtocol

extension CommandTable {
    private static let profileFields = [
        "nickname", "signature", "city", "province", "birthdate", "avatar", "gender",
    ]
    private static let genders = ["unknown", "male", "female"]

    static let account: [CommandDefinition] = [
        CommandDefinition(
            "profile.show", "/profile", [.takes("user", .user)], "your profile, or another's",
            .server, handler: profile),
        CommandDefinition(
            "profile.set", "/profile set",
            [.needs("field", .choice(profileFields)), .takes("value", .rest)],
            "change your profile", .server
        ) { scene in
            let (field, value) = (scene.text("field"), scene.text("value"))
            var wanted = JSONValue.string(value)
            if field == "gender" {
                guard let number = genders.firstIndex(of: value) else {
                    throw scene.definition.wrong("gender is unknown, male or female")
                }
                wanted = .int(Int64(number))
            }
            let data = try await scene.http("/user/update.member.info", .object([field: wanted]))
            return CommandResult(
                data: data,
                notice: field == "nickname"
                    ? "others see you as \(value) now" : "\(field) is changed")
        },
        CommandDefinition(
            "account.password", "/password", [.needs("old", .text), .needs("new", .text)],
            "set a new password; signs out all other devices", .server, isSecret: true
        ) { scene in
            try await scene.http(
                "/account/password",
                ["old": .string(scene.text("old")), "new": .string(scene.text("new"))])
            return CommandResult(data: ["done": true], notice: "the password is changed")
        },
        CommandDefinition(
            "session.logout", "/logout", [], "sign out on this device; the cache stays", .server
        ) { scene in
            try await scene.http("/logout")
            return CommandResult(data: ["signed_out": true], notice: "signed out")
        },
    ]

    static let device: [CommandDefinition] = [
        CommandDefinition(
            "device.list", "/device list", [], "the devices that are signed in", .server
        ) { scene in
            let data = try await scene.client.http("/account/devices", nil)
            let rows = data["list"].items.map { device in
                let id = device["device_id"].text ?? ""
                let seen = TimeText.dayAndMinute(device["last_seen_time"].integer ?? 0)
                let isThis = id == scene.client.options.deviceID
                return Listing.Row(
                    "\(id)\t\(device["device_type"].text ?? "")\t"
                        + "\(device["client_type"].text ?? "")\t\(seen)"
                        + (isThis ? "\tthis one" : ""))
            }
            return CommandResult(data: data, listing: Listing(title: "Devices", rows: rows))
        },
        CommandDefinition(
            "device.revoke", "/device revoke", [.needs("device", .text)],
            "sign a device out", .server
        ) { scene in
            try await scene.http(
                "/account/device.revoke", ["device_id": .string(scene.text("device"))])
            return CommandResult(data: ["done": true], notice: "that device is signed out")
        },
        CommandDefinition(
            "cache.verify", "/verify", [.takes("repair", .flag)],
            "compare this device with the server, seq by seq", .connection
        ) { scene in
            let verdicts = try await CacheCheck.run(
                scene.client, repairs: scene.flag("repair"), each: { _ in })
            let isWhole = verdicts.allSatisfy(\.isWhole)
            return CommandResult(
                data: [
                    "whole": .bool(isWhole), "list": .array(verdicts.map(\.json)),
                ],
                listing: Listing(
                    title: isWhole ? "This device holds all of it" : "Something is missing",
                    rows: verdicts.map { Listing.Row($0.line, .chat($0.chatroomID)) }))
        },
        CommandDefinition(
            "cache.compact", "/compact", [], "give unused space back to the disk", .cache
        ) { scene in
            let (before, after) = try scene.client.cache.compact()
            return CommandResult(
                data: ["before": .int(before), "after": .int(after)],
                notice: "\(SentFile.amount(before)) before, \(SentFile.amount(after)) now")
        },
        CommandDefinition(
            "notify.set", "/notify",
            [.needs("way", .choice(NotifyWay.allCases.map(\.rawValue))), .takes("chat", .chat)],
            "how you are told of a mention in a chat, on this device", .cache
        ) { scene in
            let chatroomID = try await scene.chat()
            let way = NotifyWay(rawValue: scene.text("way")) ?? .off
            try NotifyChoice.set(way, for: chatroomID, in: scene.client.cache)
            return CommandResult(
                data: ["chatroom_id": .int(chatroomID), "way": .string(way.rawValue)],
                notice: "mentions in this chat: \(way.rawValue)")
        },
    ]

    /// What the screen does itself.
    static let screen: [CommandDefinition] = [
        onScreen("help", "the keys and the commands"),
        onScreen("retry", "send again what was refused in this chat"),
        onScreen("reconnect", "connect now"),
        onScreen("quit", "leave; nothing is lost"),
    ]

    private static func onScreen(_ name: String, _ summary: String) -> CommandDefinition {
        CommandDefinition(name, "/\(name)", [], summary, .screen) { _ in
            throw CommandMistake(.needsScreen, "'\(name)' is for the screen alone")
        }
    }

    @Sendable
    private static func profile(_ scene: CommandScene) async throws -> CommandResult {
        let data =
            scene.has("user")
            ? try await scene.http(
                "/user/others.home.info", ["member_id": .int(try await scene.user())])
            : try await scene.http("/user/member.info")
        var rows = [Listing.Row("account\t@\(data["account"].text ?? "")")]
        for field in profileFields where field != "gender" {
            if let value = data[field].text, !value.isEmpty {
                rows.append(Listing.Row("\(field)\t\(value)"))
            }
        }
        if let gender = data["gender"].integer, gender > 0, gender < Int64(genders.count) {
            rows.append(Listing.Row("gender\t\(genders[Int(gender)])"))
        }
        rows.append(Listing.Row("number\t\(data["member_id"].integer ?? 0)"))
        if let chatroomID = data["chatroom_id"].integer {
            rows.append(Listing.Row("chat\t\(chatroomID)", .chat(chatroomID)))
        }
        return CommandResult(data: data, listing: Listing(title: "Profile", rows: rows))
    }
}
