/// Entries of one large conversation that its connections on this loop still have to be given.
///
/// A round gives the same few entries to everybody, a slice of the connections at a time; what
/// comes meanwhile waits for the next rounds. What waits is bounded: beyond it only the newest
/// entry stays, whose seq tells each connection that it is behind and has to read the log.
struct RoomBacklog {
    /// Bytes of entries that may wait for their round.
    static let waitingBytesMax = 8 * 1_024 * 1_024
    /// Entries that one round gives.
    static let roundEntriesMax = 64

    /// What the round under way gives.
    private(set) var round: [SharedPush] = []
    private(set) var waiting: [SharedPush] = []
    private(set) var isInRound = false
    /// Whether memberships end with the round under way.
    private(set) var endsWithRound = false
    private var isEnding = false
    private var waitingBytes = 0
    private let waitingBytesMax: Int

    init(waitingBytesMax: Int = RoomBacklog.waitingBytesMax) {
        self.waitingBytesMax = waitingBytesMax
    }

    /// Whether nobody has anything to get.
    var isEmpty: Bool { !isInRound && waiting.isEmpty && !isEnding }

    mutating func add(_ entry: CommittedEntry) {
        let bytes = entry.protobufFrame.readableBytes
        if waitingBytes + bytes > waitingBytesMax {
            waiting.removeAll()
            waitingBytes = 0
        }
        waiting.append(SharedPush(entry))
        waitingBytes += bytes
    }

    /// Ends everybody's membership behind what waits now.
    mutating func end() { isEnding = true }

    /// Begins a round with the first of what waits.
    mutating func startRound() {
        round = Array(waiting.prefix(RoomBacklog.roundEntriesMax))
        waiting.removeFirst(round.count)
        for push in round { waitingBytes -= push.bytes }
        endsWithRound = isEnding && waiting.isEmpty
        if endsWithRound { isEnding = false }
        isInRound = true
    }

    mutating func endRound() {
        round = []
        endsWithRound = false
        isInRound = false
    }
}

/// The frames of an entry that a round gives, made once for all its slices; confined to a loop.
final class SharedPush {
    var frames: PushFrames
    var bytes: Int { frames.entry.protobufFrame.readableBytes }

    init(_ entry: CommittedEntry) {
        frames = PushFrames(entry)
    }
}
