import FreeIMProtocol

/// Every HTTP route, in one table: what routes, decodes and describes itself.
enum RouteTable {
    /// Characters of a name a person chose.
    static let nameMax = 64
    /// Characters of an address or a short text.
    static let textMax = 512

    /// All routes.
    static let all: [Route] =
        accounts + phones + profiles + friends + chatrooms + groups + groupAdministration
        + messages + search + media + moments + momentReview + operations + page
        + adminUsers + adminAccess + adminServer + bots + hooks

    /// `data.list` of a listing.
    static func list(
        _ items: [JSONValue], total: Int64? = nil, nextCursor: String? = nil
    ) -> JSONValue {
        var data: [String: JSONValue] = ["list": .array(items)]
        if let total { data["total"] = .int(total) }
        if let nextCursor { data["next_cursor"] = .string(nextCursor) }
        return .object(data)
    }
}
