import FreeIMClient
import FreeIMProtocol

/// What a handler works with: who is signed in, which chat is open, what was said.
struct CommandScene: Sendable {
    let client: ChatClient
    let definition: CommandDefinition
    /// The chat that is open; nil: none.
    let chatroomID: Int64?
    /// As `CommandDefinition.checked` gives them.
    let arguments: [String: JSONValue]
    /// Called once what is to be sent has its place in the outbox.
    var enqueued: @Sendable () -> Void = {}
    /// Bytes done, and bytes of all, of a file on its way.
    var progress: @Sendable (Int64, Int64) -> Void = { _, _ in }

    func text(_ name: String) -> String { arguments[name]?.text ?? "" }
    func number(_ name: String) -> Int64? { arguments[name]?.integer }
    func flag(_ name: String) -> Bool { arguments[name] == true }
    func has(_ name: String) -> Bool { arguments[name] != nil }

    /// The user meant; throws `ClientError`.
    func user(_ name: String = "user") async throws -> Int64 {
        try await ChatName.user(text(name), client)
    }

    /// The users meant; throws `ClientError`.
    func users(_ name: String = "users") async throws -> [JSONValue] {
        var users: [JSONValue] = []
        for item in arguments[name]?.items ?? [] {
            users.append(.int(try await ChatName.user(item.text ?? "", client)))
        }
        return users
    }

    /// The chat meant, or the open one; throws `CommandMistake` when there is neither.
    func chat() async throws -> Int64 {
        if has("chat") { return try await ChatName.resolve(text("chat"), client) }
        guard let chatroomID else { throw definition.wrong("name a chat, or open one first") }
        return chatroomID
    }

    /// The group of the chat meant; throws `ClientError` for another kind of chat.
    func group() async throws -> Int64 {
        let chatroomID = try await chat()
        if let held = try client.cache.conversation(chatroomID, ownID: client.userID) {
            if held.type == 2 { return held.peerID }
            if held.type == 1 { throw ClientError.unknown("\(held.title) is not a group") }
        }
        // A group made just now is on the server's list before it is on this device's.
        let groups = try await client.http("/chatroom/my.group.list?perpage=100", nil)
        for group in groups["list"].items where group["chatroom_id"].integer == chatroomID {
            if let groupID = group["group_id"].integer { return groupID }
        }
        throw ClientError.unknown("\(chatroomID) is none of your groups")
    }

    /// The message at the place meant; pulled when it is not held. Throws `ClientError`.
    func message() async throws -> ChatMessage {
        let chatroomID = try await chat()
        let seq = number("seq") ?? 0
        let ownID = client.userID
        if let held = try client.cache.message(chatroomID, seq: seq, ownID: ownID) { return held }
        if seq > 0 { try await client.pull(chatroomID, seq...seq) }
        if let held = try client.cache.message(chatroomID, seq: seq, ownID: ownID) { return held }
        throw ClientError.unknown("there is no message #\(seq) here")
    }

    /// A POST; throws `ClientError`.
    @discardableResult
    func http(_ path: String, _ body: JSONValue = [:]) async throws -> JSONValue {
        try await client.http(path, body)
    }
}
