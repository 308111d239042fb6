import FreeIMProtocol

/// A conversation as one event loop sees it: who of its connections takes part.
struct HubRoom {
    let type: IMChatroomType
    var memberCount: Int
    var subscriptions: ContiguousArray<Subscription> = []
}
