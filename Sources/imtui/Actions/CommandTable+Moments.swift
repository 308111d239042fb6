import FreeIMClient
import FreeIMProtocol

extension CommandTable {
    /// Pictures of one moment.
    static let momentPicturesMax = 9

    static let moments: [CommandDefinition] = [
        CommandDefinition(
            "moment.list", "/moment list",
            [.takes("user", .user), .named("before", .text), .named("limit", .number)],
            "what your friends and you have published", .server, handler: momentList),
        CommandDefinition(
            "moment.publish", "/moment publish",
            [
                .named("images", .path), .named("video", .path),
                .named("visibility", .choice(["public", "friends", "users"])),
                .named("to", .users), .takes("text", .rest),
            ], "publish a moment; images=a.png,b.png, to=@a,@b for these alone", .server,
            handler: publish),
        moment("moment.like", "like a moment", "liked") { id in
            ("/dynamic/like", ["id": .int(id), "liked": true])
        },
        moment("moment.unlike", "take a like back", "no longer liked") { id in
            ("/dynamic/like", ["id": .int(id), "liked": false])
        },
        CommandDefinition(
            "moment.comment", "/moment comment",
            [.needs("id", .number), .named("reply_to", .number), .needs("text", .rest)],
            "say something about a moment", .server
        ) { scene in
            var body: [String: JSONValue] = [
                "id": .int(scene.number("id") ?? 0), "text": .string(scene.text("text")),
            ]
            if let comment = scene.number("reply_to") { body["reply_to"] = .int(comment) }
            let data = try await scene.http("/dynamic/comment", .object(body))
            return CommandResult(data: data, notice: "said")
        },
        CommandDefinition(
            "moment.delete", "/moment delete",
            [.takes("id", .number), .named("comment", .number)],
            "delete a moment of yours, or comment=NUMBER", .server
        ) { scene in
            let comment = scene.number("comment")
            guard let number = comment ?? scene.number("id") else {
                throw scene.definition.wrong("say which")
            }
            try await scene.http(
                "/dynamic/delete", [comment == nil ? "id" : "comment_id": .int(number)])
            return CommandResult(data: ["done": true], notice: "deleted")
        },
    ]

    /// A command that does one thing to a moment.
    private static func moment(
        _ name: String, _ summary: String, _ done: String,
        _ request: @escaping @Sendable (Int64) -> (path: String, body: JSONValue)
    ) -> CommandDefinition {
        let act = name.split(separator: ".").last ?? ""
        return CommandDefinition(
            name, "/moment \(act)", [.needs("id", .number)], summary, .server
        ) { scene in
            let (path, body) = request(scene.number("id") ?? 0)
            try await scene.http(path, body)
            return CommandResult(data: ["done": true], notice: done)
        }
    }

    @Sendable
    private static func momentList(_ scene: CommandScene) async throws -> CommandResult {
        var body: [String: JSONValue] = ["limit": .int(scene.number("limit") ?? 20)]
        if scene.has("user") { body["member_id"] = .int(try await scene.user()) }
        if scene.has("before") { body["cursor"] = .string(scene.text("before")) }
        let data = try await scene.http("/dynamic/list", .object(body))
        var rows = data["list"].items.flatMap(rows)
        if let more = data["next_cursor"].text, !more.isEmpty {
            var arguments = scene.arguments
            arguments["before"] = .string(more)
            rows.append(Listing.Row("older", .call(CommandCall("moment.list", arguments))))
        }
        return CommandResult(data: data, listing: Listing(title: "Moments", rows: rows))
    }

    /// A moment, and its comments below it.
    private static func rows(_ moment: JSONValue) -> [Listing.Row] {
        let isLiked = moment["is_liked"] == true
        let time = TimeText.dayAndMinute(moment["time"].integer ?? 0)
        let pictures = moment["images"].items.count
        let likes = moment["likes"].items.compactMap(\.text).joined(separator: ", ")
        var line =
            "#\(moment["id"].integer ?? 0) \(time) \(moment["nickname"].text ?? ""): "
            + (moment["text"].text ?? "")
        if pictures > 0 { line += " [\(pictures) pictures]" }
        if let video = moment["video"].text, !video.isEmpty { line += " [video]" }
        if let count = moment["like_count"].integer, count > 0 {
            line += "  ♥ \(count)" + (likes.isEmpty ? "" : " \(likes)")
        }
        let act = isLiked ? "moment.unlike" : "moment.like"
        let comments = moment["comments"].items.map { comment in
            Listing.Row("    \(comment["nickname"].text ?? ""): \(comment["text"].text ?? "")")
        }
        return [Listing.Row(line, .call(CommandCall(act, ["id": moment["id"]])))] + comments
    }

    @Sendable
    private static func publish(_ scene: CommandScene) async throws -> CommandResult {
        var body: [String: JSONValue] = ["text": .string(scene.text("text"))]
        let paths = scene.text("images").split(separator: ",").map(String.init)
        if paths.count > momentPicturesMax {
            throw scene.definition.wrong("\(momentPicturesMax) images at most")
        }
        var images: [JSONValue] = []
        for path in paths { images.append(.string(try await address(path, scene))) }
        if !images.isEmpty { body["images"] = .array(images) }
        if scene.has("video") {
            body["video"] = .string(try await address(scene.text("video"), scene))
        }
        let people = try await scene.users("to")
        if !people.isEmpty { body["member_list"] = .array(people) }
        let visibility = people.isEmpty ? "friends" : "users"
        body["visibility"] = .string(
            scene.has("visibility") ? scene.text("visibility") : visibility)
        let data = try await scene.http("/dynamic/publish", .object(body))
        return CommandResult(data: data, notice: "published")
    }

    /// The address of a picture that is on the server already, or of the file once it is.
    private static func address(_ path: String, _ scene: CommandScene) async throws -> String {
        if path.hasPrefix("/media/") || path.hasPrefix("http") { return path }
        return try await scene.client.upload(
            FilePlace.expanded(path), progress: scene.progress
        ).url
    }
}
