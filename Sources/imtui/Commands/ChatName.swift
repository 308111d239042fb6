import FreeIMClient
import FreeIMProtocol

/// Which conversation a person means: its number, `@account`, or its title.
enum ChatName {
    /// Single chats that are looked through for an account while the server is away.
    private static let chatsTriedMax = 1_000

    /// The chatroom; looks into the cache first, then asks the server. Throws `ClientError`.
    static func resolve(_ text: String, _ client: ChatClient) async throws -> Int64 {
        if let number = Int64(text) { return number }
        let chats = try client.cache.conversations(ownID: client.userID)
        if text.hasPrefix("@") { return try await single(text, chats, client) }
        let named = chats.filter { $0.title == text }
        if named.count == 1 { return named[0].chatroomID }
        let alike = chats.filter { $0.title.lowercased() == text.lowercased() }
        if named.isEmpty, alike.count == 1 { return alike[0].chatroomID }
        if !named.isEmpty || !alike.isEmpty {
            throw ClientError.unknown(
                "several chats are called '\(text)'; use the number (imtui chats)")
        }
        do {
            return try await single("@" + text, chats, client)
        } catch ClientError.unknown {
            throw ClientError.unknown(
                "there is no chat '\(text)'; use its number, @account, or its title")
        }
    }

    private static func single(
        _ text: String, _ chats: [CachedConversation], _ client: ChatClient
    ) async throws -> Int64 {
        let userID: Int64
        do {
            userID = try await user(text, client)
        } catch ClientError.offline(let reason) {
            let account = String(text.dropFirst())
            for chat in chats.prefix(chatsTriedMax) where chat.type == 1 {
                // An account that was never asked for is known by its title alone.
                if chat.title == account { return chat.chatroomID }
                let people = try client.cache.people(chat.chatroomID)
                if people.contains(where: { $0.account == account && $0.userID == chat.peerID }) {
                    return chat.chatroomID
                }
            }
            throw ClientError.offline(reason)
        }
        if let chat = chats.first(where: { $0.type == 1 && $0.peerID == userID }) {
            return chat.chatroomID
        }
        let data = try await client.http(
            "/chatroom/friend_id.get.chatroom_id", ["friend_id": .int(userID)])
        guard let chatroomID = data["chatroom_id"].integer else {
            throw ClientError.unknown("there is no chat with \(text)")
        }
        return chatroomID
    }

    /// The user with that account (or number). Throws `ClientError`.
    static func user(_ text: String, _ client: ChatClient) async throws -> Int64 {
        let name = text.hasPrefix("@") ? String(text.dropFirst()) : text
        if name.isEmpty { throw ClientError.unknown("an account is missing behind '@'") }
        let data = try await client.http("/search/friend", ["search": .string(name)])
        let found = data["list"].items.first { $0["account"].text == name } ?? .null
        if let userID = found["member_id"].integer { return userID }
        if let number = Int64(name) { return number }
        throw ClientError.unknown("there is no account '\(name)'")
    }
}
