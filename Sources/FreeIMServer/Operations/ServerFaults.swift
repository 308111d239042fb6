/// Faults built in on purpose, so that the load harness can show that it finds them.
///
/// Set only through the environment variable `FREEIM_TEST_FAULTS`, `NAME=N` separated by commas
/// (for example `drop_push=1000`): of the things that a fault can meet, one in N meets it. A
/// server that runs with one says so in its log at every start.
public struct ServerFaults: Sendable, Equatable {
    /// What can be wrong; the raw value is its name.
    public enum Kind: String, Sendable, CaseIterable {
        /// A push is not written to one device.
        case dropPush = "drop_push"
        /// A push is written twice to one device.
        case doublePush = "double_push"
        /// A push is written to one device behind the next push of that conversation.
        case swapPush = "swap_push"
        /// A push to one device has the text of the message before, under its own ID and seq.
        case disagree
        /// A push to one device has one letter changed.
        case corrupt
        /// An entry is pushed to a connection that is no member, members removed before first.
        case leak
        /// A receipt's seqs are one less than what that connection was told before.
        case readBack = "read_back"
        /// A returning device is pushed half its quota, or (every other time) twice.
        case wrongQuota = "wrong_quota"
        /// A page of the log, asked for or not, lacks a message in its middle.
        case syncHole = "sync_hole"
        /// A send is acknowledged and not stored.
        case forget
        /// A send is pushed, and neither stored nor answered; its retry is `forbidden`.
        case vanish
        /// A send gets the seq behind the next: the log has a hole.
        case skipSeq = "skip_seq"
        /// A send is acknowledged with the seq behind the next one's, and stored behind it.
        case lateOrder = "late_order"
        /// A message that nobody sent is stored, in the name of whoever sends next.
        case phantom
        /// A recalled message keeps its text in the log.
        case staleRecall = "stale_recall"
        /// The sends of a batch are acknowledged `ackEarlyMs` before they are committed.
        case ackEarly = "ack_early"
    }

    /// Milliseconds between ACK and commit with `ackEarly`.
    static let ackEarlyMs: UInt32 = 20

    private var oneIn: [Kind: Int] = [:]

    public init() {}

    /// One in so many meets it; 0: none.
    public subscript(kind: Kind) -> Int {
        get { oneIn[kind] ?? 0 }
        set { oneIn[kind] = newValue > 0 ? newValue : nil }
    }

    /// Whether any fault is on.
    public var isAny: Bool { !oneIn.isEmpty }

    /// The faults named in `text`; unknown names and numbers below 1 are errors.
    public static func parse(_ text: String) throws(StoreError) -> ServerFaults {
        var faults = ServerFaults()
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, let number = Int(pair[1]), number > 0 else {
                throw StoreError("FREEIM_TEST_FAULTS: '\(part)' is not NAME=N")
            }
            guard let kind = Kind(rawValue: String(pair[0])) else {
                let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw StoreError(
                    "FREEIM_TEST_FAULTS: unknown fault '\(pair[0])'; there are \(known)")
            }
            faults[kind] = number
        }
        return faults
    }
}
