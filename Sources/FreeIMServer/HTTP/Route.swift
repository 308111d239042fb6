import FreeIMProtocol
import Hummingbird

/// One HTTP route: what it takes, who may call it, what it does.
struct Route: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        /// The body is taken as it comes.
        case put = "PUT"
    }

    /// What it answers with when it does not refuse.
    enum Answer: Sendable {
        /// `data` of the usual envelope.
        case data(Shape)
        /// A body of its own, of this media type.
        case raw(String)
    }

    /// Who may call it.
    enum Access: Sendable {
        case anyone
        case user
        case admin
        case loopbackOrAdmin
    }

    let method: Method
    /// `/chatroom/group.member/:group_id` takes one parameter as the last part.
    let path: String
    let access: Access
    /// One line, for the OpenAPI document.
    let summary: String
    let fields: [RouteField]
    let answers: Answer
    let handler: @Sendable (RouteCall) async throws -> RouteReply

    init(
        _ method: Method, _ path: String, _ access: Access, _ summary: String,
        _ fields: [RouteField] = [], answers: Shape = .null,
        handler: @escaping @Sendable (RouteCall) async throws -> JSONValue
    ) {
        self.init(
            method, path, access, summary, fields, answers: .data(answers),
            replying: { .data(try await handler($0)) })
    }

    /// A route for a user with a token.
    init(
        _ method: Method, _ path: String, _ summary: String, _ fields: [RouteField] = [],
        answers: Shape = .null,
        handler: @escaping @Sendable (RouteCall) async throws -> JSONValue
    ) {
        self.init(method, path, .user, summary, fields, answers: answers, handler: handler)
    }

    init(
        _ method: Method, _ path: String, _ access: Access, _ summary: String,
        _ fields: [RouteField], answers: Answer,
        replying handler: @escaping @Sendable (RouteCall) async throws -> RouteReply
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.summary = summary
        self.fields = fields
        self.answers = answers
        self.handler = handler
    }

    /// The path up to its parameter, and the parameter's name; nil without one.
    var parameter: (prefix: String, name: String)? {
        guard let colon = path.firstIndex(of: ":") else { return nil }
        return (String(path[..<colon]), String(path[path.index(after: colon)...]))
    }
}

/// What a route answers with.
enum RouteReply: Sendable {
    /// `data` of the usual envelope.
    case data(JSONValue)
    /// A body of its own, without the envelope.
    case raw([UInt8], contentType: String, status: Int)
    /// All of the answer, headers and streamed body too.
    case response(Response)
}

/// The body of a PUT, read once and piece by piece.
struct RawBody: Sendable {
    let pieces: RequestBody
    /// Content-Length; nil: not told.
    let declaredBytes: Int?
}

/// One call of a route: its checked fields and its caller.
struct RouteCall: Sendable {
    let services: HTTPServices
    /// The caller; `userID` 0 where none is needed.
    let owner: TokenOwner
    /// The `device_id` header; nil: none.
    let deviceID: String?
    let clientType: String
    let address: String
    let values: [String: JSONValue]
    /// Of a PUT; nil otherwise.
    let rawBody: RawBody?

    var store: Store { services.store }
    var userID: Int64 { owner.userID }

    func has(_ name: String) -> Bool { values[name] != nil }

    func text(_ name: String) -> String {
        if case .string(let text) = values[name] { return text }
        return ""
    }

    func integer(_ name: String) -> Int64 { values[name]?.integer ?? 0 }

    func flag(_ name: String) -> Bool {
        if case .bool(let value) = values[name] { return value }
        return integer(name) != 0
    }

    func integers(_ name: String) -> [Int64] {
        guard case .array(let list) = values[name] else { return [] }
        return list.compactMap(\.integer)
    }

    func texts(_ name: String) -> [String] {
        guard case .array(let list) = values[name] else { return [] }
        return list.compactMap(\.text)
    }

    /// `page` (from 1) and `perpage` (1 … 100, 20 when absent) as an offset and a limit.
    var paging: (offset: Int64, limit: Int64) {
        let perPage = has("perpage") ? min(max(integer("perpage"), 1), 100) : 20
        let page = min(max(integer("page"), 1), 1_000_000)
        return ((page - 1) * perPage, perPage)
    }
}
