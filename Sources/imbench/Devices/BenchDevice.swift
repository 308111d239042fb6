import FreeIMProtocol
import NIOCore

/// One simulated device: what it is doing, what it waits for. Confined to its worker's loop.
///
/// There are thousands, so it holds little: lists that are empty take no memory.
final class BenchDevice {
    /// A send that was made and not answered.
    struct Unanswered {
        let send: Int32
        let conversation: Int32
        let bytes: Int32
        let traffic: UInt8
        let code: UInt8
        /// The message a recall, an edit or a reaction is of.
        let target: String
    }

    /// How far it has got in a conversation.
    struct Room {
        let conversation: Int32
        /// The newest seq that came, and whether that is still to be acknowledged.
        var newest: Int64 = 0
        var isUnacknowledged = false
        /// The newest it said to have read.
        var read: Int64 = 0
    }

    /// A page that was asked for.
    struct Pull {
        enum Purpose {
            /// A range that a Gap announced, up to its end.
            case gap(through: Int64)
            /// All from there on, page by page.
            case catchUp
            /// The whole log, in the end.
            case final
            /// Load: one page, and a request that waits for its answer.
            case request(traffic: UInt8, number: Int32)
        }

        let sequenceID: Int32
        let conversation: Int32
        let number: Int32
        let purpose: Purpose
        let after: Int64?
        let before: Int64?
        let limit: Int
    }

    let index: Int32
    unowned let worker: Worker
    var link: BenchLink?
    /// Authenticated.
    var isOnline = false
    /// Whether it connects again by itself.
    var isWanted = false
    var isConnecting = false
    /// Whether a script of steps has it.
    var isScripted = false
    /// Connections tried in vain, one after the other.
    var failures: UInt8 = 0
    var nextSequenceID: Int32 = 1
    var messagesToAcknowledge = 0
    private(set) var unanswered: [Unanswered] = []
    var rooms: [Room] = []
    private(set) var pulls: [Pull] = []
    /// What a script waits for.
    var whenOnline: (() -> Void)?
    var whenPulled: (() -> Void)?

    init(index: Int32, worker: Worker) {
        self.index = index
        self.worker = worker
    }

    /// The place of that conversation in `rooms`.
    func room(_ conversation: Int32) -> Int {
        if let at = rooms.firstIndex(where: { $0.conversation == conversation }) { return at }
        rooms.append(Room(conversation: conversation))
        return rooms.count - 1
    }

    // MARK: What is under way; the worker counts it, so that nobody has to look at every device.

    func add(_ send: Unanswered) {
        unanswered.append(send)
        worker.underWay += 1
    }

    @discardableResult
    func removeUnanswered(at place: Int) -> Unanswered {
        worker.underWay -= 1
        return unanswered.remove(at: place)
    }

    func add(_ pull: Pull) {
        pulls.append(pull)
        worker.underWay += 1
    }

    func removePull(at place: Int) -> Pull {
        worker.underWay -= 1
        return pulls.remove(at: place)
    }

    func takePulls() -> [Pull] {
        defer { pulls = [] }
        worker.underWay -= pulls.count
        return pulls
    }

    func takeSequenceID() -> Int32 {
        nextSequenceID = nextSequenceID == Int32.max ? 2 : nextSequenceID + 1
        return nextSequenceID
    }

    /// Writes a frame on the connection, flushed with the batch.
    func write(_ message: some BenchBody, _ action: IMAction, sequenceID: Int32) {
        link?.write(message, action, sequenceID: sequenceID)
    }
}
