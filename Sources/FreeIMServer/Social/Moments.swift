import Foundation
import FreeIMProtocol
import GRDB

/// Moments, their likes and comments; each call is one job of the writer.
enum Moments {
    /// Characters of a moment's text.
    static let textCharactersMax = 10_000
    /// Images of one moment.
    static let imagesMax = 9
    /// Users whom one moment is shown to by name.
    static let viewersMax = 1_000
    /// Characters of a comment.
    static let commentCharactersMax = 2_000
    /// UTF-8 bytes of a client's key for a retry.
    static let clientIDBytesMax = 64

    /// Who sees a moment, blocks aside; the raw value is the column's.
    enum Visibility: Int, Sendable, CaseIterable {
        case everybody = 0
        case friends = 1
        case users = 2

        /// The name that routes use.
        var name: String {
            switch self {
            case .everybody: "public"
            case .friends: "friends"
            case .users: "users"
            }
        }

        init?(name: String) {
            guard let found = Visibility.allCases.first(where: { $0.name == name }) else {
                return nil
            }
            self = found
        }
    }

    /// What a new moment is to be.
    struct Draft: Sendable {
        var text = ""
        var images: [String] = []
        var video = ""
        var cover = ""
        var place: Place?
        var visibility = Visibility.friends
        /// For `.users` alone.
        var viewers: [Int64] = []
        /// The client's key; the same key again is the same moment. Empty: none.
        var clientID = ""

        /// The files it shows.
        var files: [MediaName] {
            (images + [video, cover]).compactMap { MediaName(url: $0) }
        }

        /// Throws `malformed_body` for what is no moment.
        func check() throws {
            if !images.isEmpty && !video.isEmpty {
                throw Refusal(.malformedBody, "images, video: a moment has one or the other.")
            }
            if video.isEmpty && !cover.isEmpty {
                throw Refusal(.malformedBody, "cover: goes with a video.")
            }
            if text.isEmpty && images.isEmpty && video.isEmpty {
                throw Refusal(.malformedBody, "text: a moment needs text, images or a video.")
            }
            if visibility == .users, viewers.isEmpty || viewers.count > viewersMax {
                throw Refusal(.malformedBody, "member_list: 1 to \(viewersMax) users.")
            }
            if visibility != .users && !viewers.isEmpty {
                throw Refusal(.malformedBody, "member_list: goes with the visibility users.")
            }
        }
    }

    /// Whether others see a moment; the raw value is the column's.
    enum Review: Int, Sendable, CaseIterable {
        case shown = 0
        /// An operator has not looked at it yet; its author alone sees it.
        case waiting = 1
        /// An operator did not let it pass; its author alone sees it.
        case refused = 2

        /// The name that routes use.
        var name: String {
            switch self {
            case .shown: "shown"
            case .waiting: "waiting"
            case .refused: "refused"
            }
        }

        init?(name: String) {
            guard let found = Review.allCases.first(where: { $0.name == name }) else { return nil }
            self = found
        }
    }

    /// Publishes; its ID. Throws `not_found` for a viewer who does not exist, `malformed_body` for
    /// a file that is gone; `isStored` says of a file's name whether it is there.
    static func publish(
        _ context: WriteContext, userID: Int64, _ draft: Draft,
        isStored: (MediaName) -> Bool
    ) throws -> Int64 {
        try draft.check()
        if let known = try earlier(context.db, "moment", userID, draft.clientID) { return known }
        let images = try JSONValue.array(draft.images.map { .string($0) }).bytes()
        try context.db.execute(
            sql: """
                INSERT INTO moment (user_id, client_id, text, images, video, cover, place,
                    visibility, created_time, review_state)
                VALUES (?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                userID, draft.clientID, draft.text, String(decoding: images, as: UTF8.self),
                draft.video, draft.cover, try draft.place?.text() ?? "",
                draft.visibility.rawValue, context.now,
                (context.options.isMomentReviewed ? Review.waiting : .shown).rawValue,
            ])
        let id = context.db.lastInsertedRowID
        // Looked at here, in the writer's order: a file that is swept away is not shown by half.
        for name in draft.files {
            if !isStored(name) {
                throw Refusal(.malformedBody, "images, video, cover: \(name.url) is gone.")
            }
            try context.db.execute(
                sql: "INSERT OR IGNORE INTO moment_media VALUES (?, ?)",
                arguments: [name.text, id])
        }
        for viewer in Set(draft.viewers) where viewer != userID {
            try context.db.execute(
                sql: """
                    INSERT INTO moment_viewer (user_id, moment_id)
                    SELECT id, ?2 FROM user WHERE id = ?1 AND deleted_time IS NULL
                    """, arguments: [viewer, id])
            if context.db.changesCount == 0 {
                throw Refusal(.notFound, "member_list: there is no user \(viewer).")
            }
        }
        return id
    }

    /// Likes, or takes it back; repeated, it changes nothing. Throws `not_found`.
    static func like(
        _ context: WriteContext, userID: Int64, momentID: Int64, isLiked: Bool
    ) throws {
        try checkSeen(context.db, momentID, userID)
        if isLiked {
            try context.db.execute(
                sql: "INSERT OR IGNORE INTO moment_like VALUES (?, ?, ?)",
                arguments: [momentID, userID, context.now])
        } else {
            try context.db.execute(
                sql: "DELETE FROM moment_like WHERE moment_id = ? AND user_id = ?",
                arguments: [momentID, userID])
        }
    }

    /// Comments, in answer to another comment of the moment or to none (0); the comment's ID.
    static func comment(
        _ context: WriteContext, userID: Int64, momentID: Int64, text: String, replyTo: Int64,
        clientID: String
    ) throws -> Int64 {
        try checkSeen(context.db, momentID, userID)
        if let known = try earlier(context.db, "moment_comment", userID, clientID) {
            return known
        }
        if replyTo != 0 {
            let found = try Int64.fetchOne(
                context.db,
                sql: """
                    SELECT 1 FROM moment_comment c WHERE c.id = ?2 AND c.moment_id = ?3
                    AND \(MomentFeed.isUnblocked("c.user_id"))
                    """, arguments: [userID, replyTo, momentID])
            if found == nil {
                throw Refusal(.notFound, "reply_to: there is no such comment of this moment.")
            }
        }
        try context.db.execute(
            sql: """
                INSERT INTO moment_comment (moment_id, user_id, client_id, reply_to, text,
                    created_time) VALUES (?, ?, nullif(?, ''), ?, ?, ?)
                """, arguments: [momentID, userID, clientID, replyTo, text, context.now])
        return context.db.lastInsertedRowID
    }

    /// Deletes a moment of one's own with all that hangs on it. Throws `not_found`, `forbidden`.
    static func delete(_ context: WriteContext, userID: Int64, momentID: Int64) throws {
        try checkSeen(context.db, momentID, userID)
        let owner = try owner(context.db, momentID)
        guard owner == userID else {
            throw Refusal(.forbidden, "Only its author may delete a moment.")
        }
        for (table, column) in [
            ("moment_viewer", "moment_id"), ("moment_like", "moment_id"),
            ("moment_comment", "moment_id"), ("moment_media", "moment_id"), ("moment", "id"),
        ] {
            try context.db.execute(
                sql: "DELETE FROM \(table) WHERE \(column) = ?", arguments: [momentID])
        }
    }

    /// Deletes a comment: its author may, and the moment's. Throws `not_found`, `forbidden`.
    static func deleteComment(_ context: WriteContext, userID: Int64, commentID: Int64) throws {
        let row = try Row.fetchOne(
            context.db, sql: "SELECT moment_id, user_id FROM moment_comment WHERE id = ?",
            arguments: [commentID])
        guard let row else { throw Refusal(.notFound, "There is no such comment.") }
        let (momentID, author): (Int64, Int64) = (row[0], row[1])
        // Whoever is shut out of the moment meanwhile may still take the own words back.
        if author != userID {
            try checkSeen(context.db, momentID, userID)
            guard try owner(context.db, momentID) == userID else {
                throw Refusal(
                    .forbidden, "Only its author and the moment's may delete a comment.")
            }
        }
        try context.db.execute(
            sql: "DELETE FROM moment_comment WHERE id = ?", arguments: [commentID])
    }

    /// An operator's answer; repeated, it changes nothing. Throws `not_found`.
    static func review(_ context: WriteContext, momentID: Int64, passes: Bool) throws {
        try context.db.execute(
            sql: "UPDATE moment SET review_state = ? WHERE id = ?",
            arguments: [(passes ? Review.shown : .refused).rawValue, momentID])
        if context.db.changesCount == 0 {
            throw Refusal(.notFound, "id: there is no such moment.")
        }
    }

    private static func owner(_ db: Database, _ momentID: Int64) throws -> Int64? {
        try Int64.fetchOne(
            db, sql: "SELECT user_id FROM moment WHERE id = ?", arguments: [momentID])
    }

    /// A moment one may not see is one that does not exist.
    static func checkSeen(_ db: Database, _ momentID: Int64, _ userID: Int64) throws {
        let isSeen = try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT 1 FROM moment m WHERE m.id = ?2 AND \(MomentFeed.isVisible)"),
            arguments: [userID, momentID])
        if isSeen == nil { throw Refusal(.notFound, "There is no such moment.") }
    }

    private static func earlier(
        _ db: Database, _ table: String, _ userID: Int64, _ clientID: String
    ) throws -> Int64? {
        if clientID.isEmpty { return nil }
        if clientID.utf8.count > clientIDBytesMax {
            throw Refusal(.malformedBody, "client_id: at most \(clientIDBytesMax) bytes.")
        }
        return try Int64.fetchOne(
            db, sql: "SELECT id FROM \(table) WHERE user_id = ? AND client_id = ?",
            arguments: [userID, clientID])
    }
}
