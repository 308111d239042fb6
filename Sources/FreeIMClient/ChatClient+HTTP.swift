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

    private static func call(
        _ path: String, _ body: JSONValue?, options: ChatClientOptions, token: String?
    ) async throws -> JSONValue {
        let caller = HTTPCaller(
            host: options.httpHost, port: options.httpPort,
            group: MultiThreadedEventLoopGroup.singleton)
        var headers = [("device_id", options.deviceID), ("client_type", options.clientType)]
        if let token { headers.append(("authorization", "Bearer \(token)")) }
        let reply: HTTPReply
        do {
            reply = try await caller.call(
                body == nil ? "GET" : "POST", path, headers: headers, body: try body?.bytes())
        } catch let error as HTTPCallError {
            throw ClientError.offline("\(error)")
        }
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

    /// Notes whose names are not known yet.
    func noteNames(_ items: [IMMessageItem]) {
        let before = unnamed.count
        for item in items where item.userID != 0 && !cache.knows(item.userID) {
            unnamed.insert(item.userID)
        }
        if unnamed.count > before { wantSync() }
    }

    /// Asks for the names that are not known yet, a few at a time.
    func resolveNames() async {
        for userID in unnamed.prefix(50) {
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
}
