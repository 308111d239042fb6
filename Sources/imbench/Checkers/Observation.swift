import FreeIMProtocol

/// One thing that a device or the harness did or saw.
///
/// Observations are judged in order of `time`. What is done is observed before its bytes are
/// written, what is seen after its bytes were read, so an effect never comes before its cause.
/// Devices, users, conversations, sends and traffic are indexes.
struct Observation: Sendable {
    /// The number of requests that have no answer.
    static let unanswered: Int32 = -1

    /// Nanoseconds of the monotonic clock.
    let time: Int64
    let event: Event

    enum Event: Sendable {
        /// A device is about to write its Auth.
        case connecting(device: Int32)
        /// It was answered.
        case online(device: Int32)
        /// The connection ended, whoever ended it.
        case offline(device: Int32)
        case sent(Sent)
        /// The frame of a send is about to be written; again for each retry.
        case transmitted(send: Int32)
        case acked(send: Int32, conversation: Int32, seq: Int64, isDuplicate: Bool)
        /// A send was refused for good (definite), or for now.
        case refused(send: Int32, isForGood: Bool)
        case delivered(Delivered)
        /// A page is about to be asked for; `pull` numbers these requests in the whole run.
        case asking(device: Int32, conversation: Int32, pull: Int32)
        indirect case page(SyncedPage)
        case gap(device: Int32, conversation: Int32, from: Int64, through: Int64)
        /// A device is about to say that it has everything up to `seq`.
        case acknowledging(device: Int32, conversation: Int32, seq: Int64)
        /// A device is about to say that its user has read up to `seq`.
        case reading(device: Int32, conversation: Int32, seq: Int64)
        /// A device was told how far a user has got; 0: not said.
        case receipt(
            device: Int32, conversation: Int32, user: Int32, delivered: Int64, read: Int64)
        /// Something that is none of the others: a frame that could not be read, and such.
        indirect case wire(device: Int32, words: String)
        /// A request that is no send was made (`request` from 0, or `unanswered`) and answered.
        case asked(traffic: UInt8, request: Int32, due: Int64)
        case answered(traffic: UInt8, request: Int32, isRefused: Bool)
        /// A device goes off line, or stops reading, by its own will: what is sent to it from now
        /// until it is back on line and reading says nothing of the server's speed.
        case away(device: Int32)
        case back(device: Int32)
        /// A fault began (index into the run's faults); for traces.
        case fault(Int32)
    }

    /// A send, about to be made.
    struct Sent: Sendable {
        let send: Int32
        let device: Int32
        let conversation: Int32
        let traffic: UInt8
        /// `IMMessageCode`'s number: text, recall, edit, reaction.
        let code: UInt8
        /// Whether it goes over HTTP and not over the device's connection.
        let isHTTP: Bool
        /// The send that a recall, edit or reaction is of; -1: none.
        let target: Int32
        /// When it was due, nanoseconds of the monotonic clock.
        let due: Int64
    }

    /// How a message reached a device.
    enum Way: UInt8, Sendable {
        /// A push (action 3).
        case push
        /// A SyncPage that the server sent by itself.
        case offlinePage
        /// A page that was asked for while running (a Gap, a step, traffic).
        case pulled
        /// A page of the final reading of the log: proves what is stored, not what was delivered.
        case final
    }

    /// A message that reached a device.
    struct Delivered: Sendable {
        let device: Int32
        let conversation: Int32
        let seq: Int64
        /// The send that its ClientMessageId names; `serverEntry` or `foreign` otherwise.
        let send: Int32
        /// The send whose text its content is, whole and unchanged; `empty` or `unreadable`
        /// otherwise. For server entries `empty`.
        let content: Int32
        let way: Way
        let code: UInt8
        /// For MEMBER_JOINED and MEMBER_LEFT: the user that joined or left; -1 otherwise.
        let member: Int32

        /// An entry of the server's own (codes 8 to 12).
        static let serverEntry: Int32 = -1
        /// A message that this run did not send.
        static let foreign: Int32 = -2
        static let empty: Int32 = -1
        static let unreadable: Int32 = -2
    }

    /// A page that was asked for; its messages are observed as `delivered` behind it.
    struct SyncedPage: Sendable {
        let device: Int32
        let conversation: Int32
        let way: Way
        /// The number of its `asking`.
        let pull: Int32
        /// The position asked from; nil both: the newest page.
        let after: Int64?
        let before: Int64?
        let limit: Int
        /// As they came.
        let seqs: [Int64]
        let hasMore: Bool
        let headSeq: Int64
        let firstSeq: Int64
    }
}
