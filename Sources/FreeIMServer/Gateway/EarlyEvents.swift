import FreeIMProtocol

/// What happened to a user between an Auth frame and the end of its decision.
struct EarlyEvents {
    /// A join or leave, in order.
    enum Membership {
        case joined(SessionLoad.Room)
        case left(Int64)
    }

    /// What the Auth claims.
    var deviceID = ""
    var tokenHash: [UInt8] = []
    var memberships: [Membership] = []
    var revoked: QuitReason?

    /// The loaded conversations, with what happened since.
    func applied(to rooms: [SessionLoad.Room]) -> [SessionLoad.Room] {
        if memberships.isEmpty { return rooms }
        var byID = Dictionary(rooms.map { ($0.chatroomID, $0) }) { first, _ in first }
        for membership in memberships {
            switch membership {
            case .joined(let room): byID[room.chatroomID] = byID[room.chatroomID] ?? room
            case .left(let chatroomID): byID.removeValue(forKey: chatroomID)
            }
        }
        return Array(byID.values)
    }
}
