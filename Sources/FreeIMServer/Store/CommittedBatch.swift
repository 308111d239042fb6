import FreeIMProtocol

/// What one commit means for the devices: handed to each event loop as one task.
struct CommittedBatch: Sendable {
    /// A change, in the order of the commit.
    enum Change: Sendable {
        case entry(CommittedEntry)
        /// A push without a place in the log; only a fault on purpose makes one.
        case unlogged(CommittedEntry)
        case joined(Join)
        /// Several users became members at once.
        case joinedMany(Joins)
        /// A user is a member no longer; stands behind the entry that says so.
        case left(chatroomID: Int64, userID: Int64)
        /// Nobody is a member any more; stands behind the entry that says so.
        case dissolved(chatroomID: Int64)
        case close(ConnectionClosing)
    }

    /// A user became a member.
    struct Join: Sendable {
        let chatroomID: Int64
        let userID: Int64
        /// The oldest seq the user may read.
        let firstSeq: Int64
        /// Newest seq at the join; what comes behind it is pushed.
        let headSeq: Int64
        let type: IMChatroomType
        let memberCount: Int
    }

    /// Users who became members at once.
    struct Joins: Sendable {
        let chatroomID: Int64
        let userIDs: [Int64]
        let firstSeq: Int64
        let headSeq: Int64
        let type: IMChatroomType
        let memberCount: Int
    }

    /// An answer to a connection of one event loop.
    struct Reply: Sendable {
        let connection: Int
        let sequenceID: Int32
        let outcome: SendOutcome
    }

    var changes: [Change] = []
    /// When it was committed, on `ServerMetrics`' clock; 0: it was not.
    var committedMicros: Int64 = 0
    /// By the event loop's index.
    var replies: [[Reply]]

    init(loops: Int) {
        replies = Array(repeating: [], count: loops)
    }
}

/// Which connections of a user end, and why.
struct ConnectionClosing: Sendable {
    let userID: Int64
    /// nil: every device.
    let deviceID: String?
    /// nil: whatever token a connection uses.
    let tokenHash: [UInt8]?
    /// Connections with this token stay.
    let exceptTokenHash: [UInt8]?
    let reason: QuitReason
}

/// Takes what was committed to the event loops.
protocol CommitPublisher: Sendable {
    /// Event loops, numbered from 0.
    var loopCount: Int { get }
    /// Called on the writer's thread after each commit; must not block.
    func publish(_ batch: CommittedBatch)
}
