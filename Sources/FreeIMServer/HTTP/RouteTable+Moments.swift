import FreeIMProtocol

extension RouteTable {
    static let moments: [Route] = [
        Route(
            .post, "/dynamic/publish",
            "Publishes a moment: text, with up to nine images or a video, all uploaded before.",
            [
                .takes("text", .text(Moments.textCharactersMax)),
                .takes("images", .lines(Moments.imagesMax, characters: textMax)),
                .takes("video", .line(textMax)), .takes("cover", .line(textMax)),
                .takes(
                    "visibility", .word(Moments.Visibility.allCases.map(\.name))),
                .takes("member_list", .integers),
                .takes("place", .shaped(Moments.Place.shape)),
                .takes("client_id", .content(Moments.clientIDBytesMax)),
            ], answers: .object(["id": .integer])
        ) { call in
            let draft = try draft(call)
            let media = call.services.media
            try await checkFiles(draft, media)
            let id = try await call.store.write { context in
                try Moments.publish(
                    context, userID: call.userID, draft, isStored: { media.isStored($0) })
            }
            return ["id": .int(id)]
        },
        Route(
            .post, "/dynamic/list", "Moments the caller may see, newest first.",
            [
                .takes("member_id", .integer), .takes("cursor", .content(textMax)),
                .takes("limit", .integer),
            ], answers: .page(of: momentShape, cursor: true)
        ) { call in
            let before = try PlaceCursor("m", call.text("cursor"))?.place ?? Int64.max
            return try await call.store.read { db in
                try MomentFeed(db: db, userID: call.userID).page(
                    memberID: call.integer("member_id"), before: before,
                    limit: MomentFeed.limit(call))
            }
        },
        Route(
            .post, "/dynamic/comments", "The comments of a moment, newest first.", partFields,
            answers: .page(of: commentShape, cursor: true)
        ) { call in
            try await call.store.read { db in
                try MomentFeed(db: db, userID: call.userID).comments(
                    of: call.integer("id"), cursor: call.text("cursor"),
                    limit: MomentFeed.limit(call))
            }
        },
        Route(
            .post, "/dynamic/likes", "Who likes a moment, by their IDs.", partFields,
            answers: .page(
                of: .object([
                    "user_id": .integer, "nickname": .text, "avatar": .text, "time": .integer,
                ]), cursor: true)
        ) { call in
            try await call.store.read { db in
                try MomentFeed(db: db, userID: call.userID).likes(
                    of: call.integer("id"), cursor: call.text("cursor"),
                    limit: MomentFeed.limit(call))
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
                .takes("client_id", .content(Moments.clientIDBytesMax)),
            ], answers: .object(["id": .integer])
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

    /// Moments as operators see them.
    static let momentReview: [Route] = [
        Route(
            .post, "/admin/moment.list", .admin, "Moments that wait for review, or were refused.",
            [
                .takes("review", .word(Moments.Review.allCases.map(\.name))),
                .takes("cursor", .content(textMax)), .takes("limit", .integer),
            ], answers: .page(of: momentShape, cursor: true)
        ) { call in
            let state = Moments.Review(name: call.text("review")) ?? .waiting
            return try await call.store.read { db in
                try MomentFeed.page(
                    db, in: state, cursor: call.text("cursor"), limit: MomentFeed.limit(call))
            }
        },
        Route(
            .post, "/admin/moment.review", .admin,
            "Lets a moment pass, or refuses it: its author alone sees it then.",
            [.needs("id", .integer), .needs("action", .word(["pass", "refuse"]))]
        ) { call in
            try await call.store.write { context in
                let (id, action) = (call.integer("id"), call.text("action"))
                try Moments.review(context, momentID: id, passes: action == "pass")
                try call.note(
                    context, "moment.review", target: "moment \(id)",
                    ["action": .string(action)])
            }
            return .null
        },
    ]

    /// What a page of one moment's comments or likes takes.
    private static let partFields: [RouteField] = [
        .needs("id", .integer), .takes("cursor", .content(textMax)), .takes("limit", .integer),
    ]

    private static let commentShape = Shape.object([
        "id": .integer, "user_id": .integer, "nickname": .text, "avatar": .text, "text": .text,
        "reply_to": .integer, "time": .integer,
    ])

    private static let momentShape = Shape.named(
        "Moment",
        .object([
            "id": .integer, "user_id": .integer, "account": .text, "nickname": .text,
            "avatar": .text, "text": .text, "images": .list(.text), "video": .text,
            "cover": .text, "place": .nullable(.named("Place", Moments.Place.shape)),
            "visibility": .text, "review": .text,
            "like_count": .integer, "is_liked": .flag,
            "likes": .list(.text),
            "comments": .list(commentShape),
            "comment_count": .integer, "time": .integer,
        ]))

    private static func draft(_ call: RouteCall) throws -> Moments.Draft {
        var draft = Moments.Draft()
        draft.text = call.text("text")
        draft.images = call.texts("images")
        draft.video = call.text("video")
        draft.cover = call.text("cover")
        if let place = call.values["place"] { draft.place = try Moments.Place(place) }
        draft.viewers = call.integers("member_list")
        draft.clientID = call.text("client_id")
        if call.has("visibility") {
            draft.visibility = Moments.Visibility(name: call.text("visibility")) ?? .friends
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
