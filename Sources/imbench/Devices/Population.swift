import FreeIMHTTPClient
import FreeIMProtocol

/// Who takes part, as the server knows them: users with their devices' tokens, and the
/// conversations between them. Everything is named by its index.
struct Population: Sendable {
    struct User: Sendable {
        let account: String
        let id: Int64
        /// Indexes of its devices.
        let devices: Range<Int>
    }

    struct Device: Sendable {
        let user: Int32
        let deviceID: String
        let token: String
    }

    struct Conversation: Sendable {
        let chatroomID: Int64
        /// 0: a single chat.
        let groupID: Int64
        /// The group's name in the scenario; empty: a single chat.
        let kind: String
        /// Users; the first owns a group.
        let members: [Int32]

        var isGroup: Bool { groupID != 0 }
    }

    /// Someone who signs in with a password.
    struct Account: Sendable {
        let account: String
        let password: String
    }

    var users: [User] = []
    var devices: [Device] = []
    var conversations: [Conversation] = []
    var conversationOfChatroom: [Int64: Int32] = [:]
    var userOfID: [Int64: Int32] = [:]
    /// Conversations of each user.
    var conversationsOfUser: [[Int32]] = []
    /// For `sign_in`.
    var accounts: [Account] = []
    /// Devices of a user of their own that hostile peers sign in as.
    var hostile: [HostilePeer.Identity] = []

    /// Whether `target` names that conversation.
    func matches(_ conversation: Int32, _ target: TrafficPlan.Target) -> Bool {
        let conversation = conversations[Int(conversation)]
        return switch target {
        case .friend: !conversation.isGroup
        case .group(let name): conversation.isGroup && conversation.kind == name
        case .anyGroup: conversation.isGroup
        case .any: true
        }
    }
}
