import Foundation
import FreeIMHTTPClient
import FreeIMProtocol
import NIOPosix

extension ChatClient {
    /// Calls a route with this client's token; `data` of the answer. Throws `ClientError`.
    @discardableResult
    public nonisolated func http(
        _ path: String, _ body: JSONValue? = [:]
    ) async throws -> JSONValue {
        try await ChatClient.call(path, body, options: options, token: options.token)
    }

    /// Makes an account and signs in on this device; its user ID and token.
    public static func register(
        account: String, password: String, nickname: String, options: ChatClientOptions
    ) async throws -> (userID: Int64, token: String) {
        let data = try await call(
            "/register",
            [
                "account": .string(account), "password": .string(password),
                "nickname": .string(nickname),
            ], options: options, token: nil)
        return try credentials(data)
    }

    /// Signs in on this device; the user ID and token.
    public static func signIn(
        account: String, password: String, options: ChatClientOptions
    ) async throws -> (userID: Int64, token: String) {
        let data = try await call(
            "/login/password", ["account": .string(account), "password": .string(password)],
            options: options, token: nil)
        return try credentials(data)
    }

    private static func credentials(_ data: JSONValue) throws -> (userID: Int64, token: String) {
        guard let userID = data["uid"].integer, let token = data["access_token"].text else {
            throw ClientError.refused(code: "internal", message: "the server's answer is odd")
        }
        return (userID, token)
    }

    static func caller(_ options: ChatClientOptions) -> HTTPCaller {
        HTTPCaller(
            host: options.httpHost, port: options.httpPort, tls: options.httpTLS,
            group: MultiThreadedEventLoopGroup.singleton)
    }

    static func headers(_ options: ChatClientOptions, token: String?) -> [(String, String)] {
        var headers = [("device_id", options.deviceID), ("client_type", options.clientType)]
        if let token { headers.append(("authorization", "Bearer \(token)")) }
        return headers
    }

    private static func call(
        _ path: String, _ body: JSONValue?, options: ChatClientOptions, token: String?
    ) async throws -> JSONValue {
        let caller = caller(options)
        let headers = headers(options, token: token)
        let reply: HTTPReply
        do {
            reply = try await caller.call(
                body == nil ? "GET" : "POST", path, headers: headers, body: try body?.bytes())
        } catch let error as HTTPCallError {
            throw ClientError(error)
        }
        return try data(of: reply)
    }

    /// `data` of an answer. Throws `ClientError.refused`.
    static func data(of reply: HTTPReply) throws -> JSONValue {
        guard let answer = JSONValue(parsing: reply.body) else {
            throw ClientError.refused(
                code: "\(reply.status)", message: "the server's answer is not JSON")
        }
        guard answer["code"].integer == 0 else {
            throw ClientError.refused(
                code: answer["error"].text ?? "\(reply.status)",
                message: answer["msg"].text ?? "")
        }
        return answer["data"]
    }

    // MARK: Names

    /// Asks for the names that are not known yet, a few at a time.
    func resolveNames() async {
        for userID in unnamed.prefix(ChatClient.namesMax) {
            unnamed.remove(userID)
            guard
                let profile = try? await http(
                    "/user/others.home.info", ["member_id": .int(userID)])
            else { continue }
            try? cache.setUser(
                userID, account: profile["account"].text ?? "",
                nickname: profile["nickname"].text ?? "")
            eventSink.yield(.conversationsChanged)
        }
    }

    // MARK: History

    /// A page of history for a process that has no connection of its own.
    func syncOverHTTP(_ request: IMSyncRequest) async throws -> IMSyncPage {
        var body: [String: JSONValue] = [
            "chatroom_id": .int(request.chatroomID), "limit": .int(Int64(request.limit)),
        ]
        if request.hasBeforeSeq { body["before_seq"] = .int(request.beforeSeq) }
        let data = try await http("/message/sync", .object(body))
        var page = IMSyncPage()
        page.chatroomID = data["chatroom_id"].integer ?? 0
        page.headSeq = data["head_seq"].integer ?? 0
        page.firstSeq = data["first_seq"].integer ?? 0
        page.messages = data["messages"].items.map(ChatClient.message)
        return page
    }

    private static func message(_ data: JSONValue) -> IMMessageItem {
        var item = IMMessageItem()
        item.chatroomID = data["chatroom_id"].integer ?? 0
        item.seq = data["seq"].integer ?? 0
        item.messageID = data["message_id"].text ?? ""
        item.userID = data["user_id"].integer ?? 0
        let code = Int(clamping: data["code"].integer ?? 0)
        item.code = IMMessageCode(rawValue: code) ?? .UNRECOGNIZED(code)
        item.content = data["content"].text ?? ""
        item.clientMessageID = data["id"].text ?? ""
        item.messageSendTime = data["message_send_time"].integer ?? 0
        item.targetMessageID = data["target_message_id"].text ?? ""
        item.replyTo = data["reply_to"].text ?? ""
        item.mentions = data["mentions"].items.compactMap(\.integer)
        return item
    }
}
