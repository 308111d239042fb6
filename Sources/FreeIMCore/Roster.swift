/// An element of a `Roster`, which keeps its place there.
public protocol RosterMember: AnyObject {
    /// The roster's alone; −1 outside of one.
    var rosterIndex: Int { get set }
}

/// Who takes part in something, visited one by one in rounds that others may interrupt.
///
/// Whoever stays from the beginning of a round to its end is visited once in it, whoever else
/// comes and goes; whoever comes meanwhile is visited too. Adding, removing and visiting take
/// constant time. The members' order means nothing.
public struct Roster<Member: RosterMember> {
    /// Those before `visited` had their visit in this round.
    public private(set) var members: ContiguousArray<Member> = []
    private var visited = 0

    public init() {}

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }

    /// Adds a member, which this round still visits.
    public mutating func add(_ member: Member) {
        precondition(member.rosterIndex < 0)
        member.rosterIndex = members.count
        members.append(member)
    }

    /// Removes a member; false: it is not of this roster.
    @discardableResult
    public mutating func remove(_ member: Member) -> Bool {
        let index = member.rosterIndex
        guard members.indices.contains(index), members[index] === member else { return false }
        var hole = index
        // The last of those visited fills the hole among them, so that none of the others, who
        // still have to be visited, gets there.
        if hole < visited {
            visited -= 1
            move(from: visited, to: hole)
            hole = visited
        }
        move(from: members.count - 1, to: hole)
        members.removeLast()
        member.rosterIndex = -1
        return true
    }

    private mutating func move(from: Int, to: Int) {
        if from == to { return }
        members[to] = members[from]
        members[to].rosterIndex = to
    }

    /// Whether this round has visited that member.
    public func isVisited(_ member: Member) -> Bool { member.rosterIndex < visited }

    /// The next member to visit; nil: the round is at its end.
    public mutating func visitNext() -> Member? {
        guard visited < members.count else { return nil }
        defer { visited += 1 }
        return members[visited]
    }

    /// Whether somebody is left to visit in this round.
    public var hasUnvisited: Bool { visited < members.count }

    /// Begins the next round.
    public mutating func startRound() { visited = 0 }
}
