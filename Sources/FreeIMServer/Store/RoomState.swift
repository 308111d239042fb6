import FreeIMProtocol

/// What the writer knows of a chatroom: its head and who may send, as of this place in the log.
struct RoomState {
    /// A single chat: whether each of the two may send now.
    struct Single {
        let low: Int64
        let high: Int64
        let refusalOfLow: Refusal?
        let refusalOfHigh: Refusal?
    }

    /// A group's settings that decide about sends.
    struct Group {
        let mutedUntil: Int64
        let isDissolved: Bool
    }

    let type: IMChatroomType
    /// Newest seq, this batch's uncommitted entries included.
    var head: Int64
    var single: Single?
    var group: Group?
}

/// A member as the writer sees it.
struct MemberState {
    /// 0 common, 1 admin, 2 root.
    let role: Int
    let mutedUntil: Int64
    let firstSeq: Int64
}
