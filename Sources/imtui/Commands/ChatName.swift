import FreeIMClient
import FreeIMProtocol

/// Which conversation a person means: its number, `@account`, or a group's name.
enum ChatName {
    /// The chatroom; looks into the cache first, then asks the server. Throws `ClientError`.
    static func resolve(_ text: String, _ client: ChatClient) async throws -> Int64 {
        if let number = Int64(text) { return number }
        let chats = try client.cache.conversations(ownID: client.userID)
        if text.hasPrefix("@") {
            let userID = try await user(String(text.dropFirst()), client)
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
        let named = chats.filter { $0.title == text }
        if named.count == 1 { return named[0].chatroomID }
        throw ClientError.unknown(
            named.isEmpty
                ? "there is no chat '\(text)'; use its number, @account, or a group's name"
                : "several chats are called '\(text)'; use the number (imtui chats)")
    }

    /// The user with that account (or number). Throws `ClientError`.
    static func user(_ text: String, _ client: ChatClient) async throws -> Int64 {
        let name = text.hasPrefix("@") ? String(text.dropFirst()) : text
        let data = try await client.http("/search/friend", ["search": .string(name)])
        let found = data["list"].items.first { $0["account"].text == name } ?? .null
        if let userID = found["member_id"].integer { return userID }
        if let number = Int64(name) { return number }
        throw ClientError.unknown("there is no account '\(name)'")
    }
}
