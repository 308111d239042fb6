import FreeIMProtocol

extension ChatClient {
    /// Members of a group that are taken into the cache.
    static let membersMax = 500
    private static let membersPage = 100

    /// Takes the members of a group, the first `membersMax`, into the cache; nothing for other
    /// chats. Throws `ClientError`.
    public func refreshMembers(_ chatroomID: Int64) async throws {
        guard let chat = try cache.conversation(chatroomID, ownID: userID),
            chat.type == IMChatroomType.group.rawValue, chat.peerID > 0
        else { return }
        var people: [Person] = []
        for page in 1...(ChatClient.membersMax / ChatClient.membersPage) {
            let path = "/chatroom/group.member/\(chat.peerID)"
            let data = try await http(
                "\(path)?page=\(page)&perpage=\(ChatClient.membersPage)", nil)
            let members = data["list"].items.compactMap(ChatClient.member)
            people += members.filter { member in !people.contains { $0.userID == member.userID } }
            if data["list"].items.count < ChatClient.membersPage { break }
        }
        try cache.setMembers(chatroomID, people)
        eventSink.yield(.conversationsChanged)
    }

    private static func member(_ data: JSONValue) -> Person? {
        guard let userID = data["member_id"].integer, userID > 0 else { return nil }
        let role = data["member_identity"].text ?? ""
        return Person(
            userID: userID, account: data["account"].text ?? "",
            nickname: data["nickname"].text ?? "", role: role == "root" ? "owner" : role)
    }
}
