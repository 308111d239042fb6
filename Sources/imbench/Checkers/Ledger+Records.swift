extension Ledger {
    /// A send and what became of it.
    struct Send: Sendable {
        var conversation: Int32 = -1
        var device: Int32 = -1
        /// The send that a recall, edit or reaction is of; -1: none.
        var target: Int32 = -1
        var traffic: UInt8 = 0
        /// `IMMessageCode`'s number.
        var code: UInt8 = 0
        var flags = Flags()
        /// The device's connection, counted, that it was first transmitted on.
        var connection: UInt16 = 0
        /// When it was due, and first transmitted (0: not yet); nanoseconds.
        var due: Int64 = 0
        var transmitted: Int64 = 0
        /// Its place in the log, by an ACK or by sight; 0: not known.
        var seq: Int32 = 0
        /// The conversation's greatest acknowledged seq when it was sent.
        var floor: Int32 = 0
        /// Its number among all first transmissions, from 1; 0: none.
        var rank: Int32 = 0
        /// The sending device in this conversation.
        var place: Int32 = -1

        var isHTTP: Bool { flags.contains(.http) }
        /// Refused for good.
        var isRefused: Bool { flags.contains(.refused) }
        var isMade: Bool { device >= 0 }
        var isAcked: Bool { flags.contains(.acked) }
        /// 0: not acknowledged.
        var ackedSeq: Int64 { isAcked ? Int64(seq) : 0 }

        struct Flags: OptionSet, Sendable {
            let rawValue: UInt8
            static let http = Flags(rawValue: 1)
            static let acked = Flags(rawValue: 2)
            static let refused = Flags(rawValue: 4)
            static let transmittedAgain = Flags(rawValue: 8)
            static let refusedForNow = Flags(rawValue: 16)
        }
    }

    struct Device: Sendable {
        let user: Int32
        /// Indexes of its places.
        var places: [Int32] = []
        /// Connections tried.
        var connections: UInt16 = 0
        /// When it first was on line; nil: never.
        var firstOnline: Int64?
        /// The step of the `asking` of the page that is being read.
        var pageAsked: Int64 = 0
    }

    /// A device in a conversation.
    struct Place: Sendable {
        let device: Int32
        let conversation: Int32
        /// A member from seq 1 on of whom no join and no leave is known.
        var isPlain: Bool
        /// Seqs that it has: pushed, pulled, or its own and stored.
        var held = HeldSeqs()
        /// The conversation's greatest known seq when the device first was on line.
        var knownWhenOnline: Int32 = 0
        /// The cursor that its first Auth gave it is not below this.
        var cursorFloor: Int32 = 0
        // Of this connection.
        /// The conversation's greatest known seq when the device began to connect.
        var low: Int32 = 0
        /// The first and the greatest seq pushed; 0: none.
        var first: Int32 = 0
        var newest: Int32 = 0
        /// Where the Gap ended that the next push follows; 0: none.
        var gapThrough: Int32 = 0
        // What it said of itself.
        var acknowledged: Int32 = 0
        var read: Int32 = 0
        /// The greatest seq of its own sends, as far as is known.
        var sent: Int32 = 0
        // The send of greatest rank on one connection whose seq is known.
        var orderedConnection: UInt16 = 0
        var orderedRank: Int32 = 0
        var orderedSeq: Int32 = 0
    }

    struct Conversation: Sendable {
        /// What is not known to stand at a seq.
        static let unknown: Int32 = -3

        let isGroup: Bool
        let members: Set<Int32>
        var places: [Int32] = []
        /// The send at each seq from 1, `serverEntry`, or `unknown`.
        var entries: ContiguousArray<Int32> = []
        /// Seqs acknowledged, or seen by anyone.
        var known = HeldSeqs()
        var ackedHead: Int32 = 0
        /// Sends neither acknowledged nor refused for good.
        var unanswered: Int32 = 0
        /// Of users who joined or left.
        var memberships: [Int32: Membership] = [:]
        /// Seqs that a message nobody sent claimed.
        var phantoms = HeldSeqs()
        var finalLog = FinalLog()
    }

    /// What the final pages say of a conversation's log.
    struct FinalLog: Sendable {
        /// Seqs that final pages spanned, and those that stood in them.
        var spanned = HeldSeqs()
        var seen = HeldSeqs()
        /// By seq: what stood there and was known to be something else, or elsewhere.
        var strange: [Int32: Int32] = [:]
        /// The head in a final page; -1: none was read.
        var head: Int32 = -1
        /// The greatest seq that was known before that page was asked for.
        var knownWhenAsked: Int32 = 0
    }

    /// A user's joins and leaves of one conversation.
    struct Membership: Sendable {
        let isFounder: Bool
        /// Ascending by seq.
        var changes: [(seq: Int32, isJoin: Bool)] = []

        /// Adds one; false: it is known.
        mutating func note(_ seq: Int32, isJoin: Bool) -> Bool {
            let at = changes.firstIndex { $0.seq >= seq } ?? changes.count
            if at < changes.count, changes[at].seq == seq { return false }
            changes.insert((seq, isJoin), at: at)
            return true
        }

        /// Seqs that the user may see, as far as is known; `Int32.max`: still a member.
        ///
        /// A change that is not known yet is given the benefit of the doubt.
        var intervals: [HeldSeqs.Run] {
            var intervals: [HeldSeqs.Run] = []
            var from: Int32? = isFounder ? 1 : nil
            var previous: Int32 = 0
            for change in changes {
                if change.isJoin {
                    // A member who joins had left; nobody knows where yet.
                    if let from { intervals.append(.init(low: from, high: change.seq - 1)) }
                    from = change.seq
                } else {
                    intervals.append(.init(low: from ?? previous + 1, high: change.seq))
                    from = nil
                }
                previous = change.seq
            }
            if let from { intervals.append(.init(low: from, high: .max)) }
            return intervals
        }

        func includes(_ seq: Int32) -> Bool {
            intervals.contains { $0.low <= seq && seq <= $0.high }
        }
    }

    /// A page asked for and not answered yet.
    struct Asked: Sendable {
        let step: Int64
        let ackedHead: Int32
        let known: Int32
    }

    /// What a device was told of a user in a conversation.
    struct Told: Sendable {
        var delivered: Int32 = 0
        var read: Int32 = 0
        /// The device's connection, and the faults so far.
        var connection: UInt16 = 0
        var faults: Int32 = 0
    }

    /// A recall that was sent.
    struct Recall: Sendable {
        /// The step of its first ACK.
        var ackedStep = Int64.max
    }

    /// What is a violation unless something comes to be known that explains it.
    struct Suspicion: Sendable {
        enum Reason: Sendable {
            /// The user was a member from the beginning and all the time.
            case plain
            /// The same, and the device's first Auth gave it a cursor below this.
            case cursorBelow(Int32)
            /// The head was below this then, when `known` was the greatest seq known.
            case headBelow(Int32, known: Int32)
        }

        let place: Int32
        let violation: Violation
        let reason: Reason
        let seq: Int32
        let time: Int64
        let words: String
    }

    /// A stretch that a page left out and of which nothing was known then.
    struct PageHole: Sendable {
        let device: Int32
        let conversation: Int32
        let low: Int32
        let high: Int32
        let time: Int64
    }
}
