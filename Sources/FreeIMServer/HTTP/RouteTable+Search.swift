import FreeIMProtocol
import FreeIMText
import GRDB

extension RouteTable {
    /// Characters of a query.
    static let queryMax = 256
    /// Messages that paging through one search reaches.
    static let searchDepthMax = 1_000

    static let search: [Route] = [
        Route(
            .post, "/message/search",
            "Messages that hold each word of the query, newest first, of what the caller may read.",
            [.needs("query", .line(queryMax)), .takes("chatroom_id", .integer)]
                + RouteField.paging,
            answers: Shape.page(of: messageShape).adding(["has_more": .flag, "is_complete": .flag])
        ) { call in
            guard let index = call.services.index else {
                throw Refusal(
                    .forbidden, "This server does not search messages (search-index is off).")
            }
            let query = SearchText.query(call.text("query"))
            if query.match.isEmpty {
                throw Refusal(.malformedBody, "query: at least one letter, digit or sign.")
            }
            let (offset, limit) = call.paging
            guard offset + limit <= searchDepthMax else {
                throw Refusal(
                    .malformedBody,
                    "page: a search reaches \(searchDepthMax) messages; ask more narrowly.")
            }
            let firsts = try await call.store.readable(
                by: call.userID,
                chatroomID: call.has("chatroom_id") ? call.integer("chatroom_id") : nil)
            let isComplete = index.isComplete
            let found = try await index.search(
                query, in: firsts.keys.sorted(), firstSeqs: firsts,
                most: Int(offset + limit + 1))
            let page = found.dropFirst(Int(offset)).prefix(Int(limit))
            let items = try await call.store.messages(Array(page))
            return [
                "list": .array(items.map(message)),
                "has_more": .bool(found.count > Int(offset + limit)),
                "is_complete": .bool(isComplete),
            ]
        }
    ]
}
