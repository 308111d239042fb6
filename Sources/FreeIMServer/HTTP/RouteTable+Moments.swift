import FreeIMProtocol

extension RouteTable {
    static let moments: [Route] = [
        Route(
            .post, "/dynamic/publish",
            "Publishes a moment: text, with up to nine images or a video, all uploaded before.",
            [
                .takes("text", .text(Moments.textCharactersMax)),
                .takes("images", .texts(Moments.imagesMax, characters: textMax)),
                .takes("video", .text(textMax)), .takes("cover", .text(textMax)),
                .takes("visibility", .text(16)), .takes("member_list", .integers),
                .takes("client_id", .text(Moments.clientIDBytesMax)),
            ], answers: "id"
        ) { call in
            let draft = try draft(call)
            try await checkFiles(draft, call.services.media)
            let id = try await call.store.write { context in
                try Moments.publish(context, userID: call.userID, draft)
            }
            return ["id": .int(id)]
        },
        Route(
            .post, "/dynamic/list", "Moments the caller may see, newest first.",
            [
                .takes("member_id", .integer), .takes("cursor", .text(textMax)),
                .takes("limit", .integer),
            ], answers: "list, next_cursor (empty: that was all)"
        ) { call in
            let cursor = try MomentCursor(call.text("cursor"))
            let asked = call.has("limit") ? call.integer("limit") : Int64(MomentFeed.pageDefault)
            let limit = Int(min(max(asked, 1), Int64(MomentFeed.pageMax)))
            return try await call.store.read { db in
                try MomentFeed(db: db, userID: call.userID).page(
                    memberID: call.integer("member_id"), before: cursor.before, limit: limit)
            }
        },
        Route(
            .post, "/dynamic/like", "Likes a moment, or takes that back.",
            [.needs("id", .integer), .takes("liked", .flag)]
        ) { call in
            try await call.store.write { context in
                try Moments.like(
                    context, userID: call.userID, momentID: call.integer("id"),
                    isLiked: !call.has("liked") || call.flag("liked"))
            }
            return .null
        },
        Route(
            .post, "/dynamic/comment", "Comments on a moment, or answers a comment.",
            [
                .needs("id", .integer), .needs("text", .text(Moments.commentCharactersMax)),
                .takes("reply_to", .integer),
                .takes("client_id", .text(Moments.clientIDBytesMax)),
            ], answers: "id"
        ) { call in
            let id = try await call.store.write { context in
                try Moments.comment(
                    context, userID: call.userID, momentID: call.integer("id"),
                    text: call.text("text"), replyTo: call.integer("reply_to"),
                    clientID: call.text("client_id"))
            }
            return ["id": .int(id)]
        },
        Route(
            .post, "/dynamic/delete", "Deletes a moment, or a comment, of one's own.",
            [.takes("id", .integer), .takes("comment_id", .integer)]
        ) { call in
            if call.has("id") == call.has("comment_id") {
                throw Refusal(.malformedBody, "id, comment_id: name one of the two.")
            }
            try await call.store.write { context in
                if call.has("id") {
                    try Moments.delete(
                        context, userID: call.userID, momentID: call.integer("id"))
                } else {
                    try Moments.deleteComment(
                        context, userID: call.userID, commentID: call.integer("comment_id"))
                }
            }
            return .null
        },
    ]

    private static func draft(_ call: RouteCall) throws -> Moments.Draft {
        var draft = Moments.Draft()
        draft.text = call.text("text")
        draft.images = call.texts("images")
        draft.video = call.text("video")
        draft.cover = call.text("cover")
        draft.viewers = call.integers("member_list")
        draft.clientID = call.text("client_id")
        if call.has("visibility") {
            guard let wanted = Moments.Visibility(name: call.text("visibility")) else {
                throw Refusal(.malformedBody, "visibility: public, friends or users.")
            }
            draft.visibility = wanted
        }
        try draft.check()
        return draft
    }

    /// A moment shows what is stored here and nothing else: an address elsewhere would tell its
    /// owner who looks.
    private static func checkFiles(_ draft: Moments.Draft, _ media: MediaStore) async throws {
        for url in draft.images {
            guard await media.has(url, kind: .image) else { throw missing("images", "an image") }
        }
        if !draft.video.isEmpty, await !media.has(draft.video, kind: .video) {
            throw missing("video", "a video")
        }
        if !draft.cover.isEmpty, await !media.has(draft.cover, kind: .image) {
            throw missing("cover", "an image")
        }
    }

    private static func missing(_ field: String, _ what: String) -> Refusal {
        Refusal(.malformedBody, "\(field): not the URL of \(what) that was uploaded here.")
    }
}
