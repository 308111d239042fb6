/// Everything that was done, answered and delivered, and whether it fits together.
///
/// Pure: it is told what was observed, in the order of time, and knows no clock and no network.
/// docs/checkers.md defines what each violation is. Devices, users, conversations and sends are
/// indexes.
struct Ledger: Sendable {
    /// Findings kept of one violation, and in all; every violation is counted.
    static let findingsOfOneMax = 10
    static let findingsMax = 60
    /// How far behind everything known a seq may lie; one beyond is no place in a log.
    static let seqLeapMax: Int64 = 1_000_000
    /// How far beyond the sends made so far the number of a send may lie.
    static let sendLeapMax = 1_000_000
    /// Pages asked for and unanswered; beyond, the older ones are not judged.
    static let askedMax = 100_000
    /// Holes in pages, suspicions and leaks whose judgement waits for the end, each; beyond,
    /// they go unjudged, leaks without their time.
    static let waitingMax = 10_000
    /// Receipts followed: (device, conversation, user); those beyond go unjudged.
    static let toldMax = 2_000_000

    let quotas: Quotas
    // Internal for the extensions that judge; only they write these.
    var sends: ContiguousArray<Send> = []
    var devices: ContiguousArray<Device> = []
    var devicesOfUser: [[Int32]] = []
    var conversations: ContiguousArray<Conversation> = []
    var conversationsOfUser: [[Int32]] = []
    var places: ContiguousArray<Place> = []
    /// Places by device << 32 | conversation.
    var placeIndex: [UInt64: Int32] = [:]
    /// By place: announced by a Gap.
    var excused: [Int32: HeldSeqs] = [:]
    /// By place: what final pages showed to somebody whose membership changed.
    var shownLast: [Int32: HeldSeqs] = [:]
    var suspectedLeaks: [UInt64: Int64] = [:]
    var recalls: [Int32: Recall] = [:]
    var asked: [Int32: Asked] = [:]
    var pageHoles: [PageHole] = []
    var suspicions: [Suspicion] = []
    var told: [UInt64: Told] = [:]
    var faults: Int32 = 0
    var transmissions: Int32 = 0
    /// The time of the observation being taken, and how many came before it.
    var now: Int64 = 0
    var step: Int64 = 0

    var counts: [Violation: Int] = [:]
    var findings: [Finding] = []
    /// Deliveries checked, server entries included, each device's own and repeats not.
    var deliveries = 0
    /// Messages that came again after a reconnect, as they may.
    var repeats = 0
    /// First ACKs.
    var acknowledged = 0
    /// Sends made, neither acknowledged nor refused for good.
    var unansweredCount = 0

    init(quotas: Quotas = Quotas()) {
        self.quotas = quotas
    }

    // MARK: Setup

    /// Adds a user; its index.
    mutating func addUser() -> Int {
        devicesOfUser.append([])
        conversationsOfUser.append([])
        return devicesOfUser.count - 1
    }

    /// Adds a device of a user; its index.
    mutating func addDevice(user: Int) -> Int {
        let device = Int32(devices.count)
        devices.append(Device(user: Int32(user)))
        devicesOfUser[user].append(device)
        for conversation in conversationsOfUser[user] { addPlace(device, conversation, true) }
        return Int(device)
    }

    /// Adds a conversation whose members (users) are so from seq 1 on; its index.
    mutating func addConversation(members: [Int], isGroup: Bool) -> Int {
        let index = Int32(conversations.count)
        conversations.append(
            Conversation(isGroup: isGroup, members: Set(members.map { Int32($0) })))
        for user in members {
            conversationsOfUser[user].append(index)
            for device in devicesOfUser[user] { addPlace(device, index, true) }
        }
        return Int(index)
    }

    static func key(_ high: Int32, _ low: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: high)) << 32 | UInt64(UInt32(bitPattern: low))
    }

    @discardableResult
    mutating func addPlace(_ device: Int32, _ conversation: Int32, _ isPlain: Bool) -> Int32 {
        let index = Int32(places.count)
        places.append(Place(device: device, conversation: conversation, isPlain: isPlain))
        placeIndex[Ledger.key(device, conversation)] = index
        devices[Int(device)].places.append(index)
        conversations[Int(conversation)].places.append(index)
        return index
    }

    /// The place of a device in a conversation; made when the device is a stranger there.
    mutating func place(_ device: Int32, _ conversation: Int32) -> Int {
        if let index = placeIndex[Ledger.key(device, conversation)] { return Int(index) }
        return Int(addPlace(device, conversation, false))
    }

    func send(_ index: Int) -> Send {
        sends.indices.contains(index) ? sends[index] : Send()
    }

    // MARK: Observations

    /// What an observation meant for latencies.
    enum News: Sendable, Equatable {
        case nothing
        /// The first ACK of that send.
        case acknowledged(send: Int)
        /// New to that device: pushed live or offline, or pulled.
        case delivered(send: Int, device: Int)
    }

    var deviceCount: Int { devices.count }

    /// Takes the next observation.
    mutating func take(_ observation: Observation) -> News {
        now = observation.time
        step += 1
        switch observation.event {
        case .connecting(let device): connecting(device)
        case .online(let device): online(device)
        case .sent(let sent): made(sent)
        case .transmitted(let send): transmitted(send)
        case .acked(let send, let conversation, let seq, _):
            return acked(send, conversation, seq)
        case .refused(let send, let isForGood): refused(send, isForGood: isForGood)
        case .delivered(let delivery): return delivered(delivery)
        case .asking(let device, let conversation, let pull):
            asking(device, conversation, pull)
        case .page(let page): judge(page)
        case .gap(let device, let conversation, let from, let through):
            gap(device, conversation, from, through)
        case .acknowledging(let device, let conversation, let seq):
            said(device, conversation, acknowledged: seq, read: 0)
        case .reading(let device, let conversation, let seq):
            said(device, conversation, acknowledged: seq, read: seq)
        case .receipt(let device, let conversation, let user, let delivered, let read):
            receipt(device, conversation, user, delivered, read)
        case .wire(let device, let words): note(.wire, device: device, words)
        case .fault: faults += 1
        case .offline, .asked, .answered, .away, .back: break
        }
        return .nothing
    }

    func isKnown(_ device: Int32, _ conversation: Int32) -> Bool {
        devices.indices.contains(Int(device)) && conversations.indices.contains(Int(conversation))
    }

    // MARK: Connections

    private mutating func connecting(_ device: Int32) {
        guard devices.indices.contains(Int(device)) else { return }
        let isFirst = devices[Int(device)].connections == 0
        devices[Int(device)].connections &+= 1
        // Around again, but never the first one.
        if devices[Int(device)].connections == 0 { devices[Int(device)].connections = 2 }
        for index in devices[Int(device)].places {
            let low = conversations[Int(places[Int(index)].conversation)].known.last
            places[Int(index)].low = low
            places[Int(index)].first = 0
            places[Int(index)].newest = 0
            places[Int(index)].gapThrough = 0
            if isFirst { places[Int(index)].cursorFloor = low - Int32(quotas.newDevice) }
        }
    }

    private mutating func online(_ device: Int32) {
        guard devices.indices.contains(Int(device)), devices[Int(device)].firstOnline == nil
        else { return }
        devices[Int(device)].firstOnline = now
        for index in devices[Int(device)].places {
            let known = conversations[Int(places[Int(index)].conversation)].known.last
            places[Int(index)].knownWhenOnline = known
        }
    }

    // MARK: Violations

    /// Counts a violation and keeps its words while there is room.
    mutating func note(
        _ violation: Violation, device: Int32? = nil, conversation: Int32? = nil,
        seq: Int32? = nil, send: Int32? = nil, at time: Int64? = nil,
        _ words: String
    ) {
        let count = counts[violation, default: 0]
        counts[violation] = count + 1
        if count >= Ledger.findingsOfOneMax { return }
        if findings.count >= Ledger.findingsMax {
            // The first of its kind is worth more than another of a kind that is there.
            guard count == 0, let crowded = mostFound,
                let last = findings.lastIndex(where: { $0.violation == crowded })
            else { return }
            findings.remove(at: last)
        }
        findings.append(
            Finding(
                violation: violation, words: words, time: time ?? now, device: device,
                conversation: conversation, seq: seq.map { Int64($0) },
                send: send.flatMap { $0 >= 0 ? $0 : nil }))
    }

    /// Whether more of that violation are only counted.
    func isFull(_ violation: Violation) -> Bool {
        counts[violation, default: 0] >= Ledger.findingsOfOneMax
    }

    private var mostFound: Violation? {
        var kept: [Violation: Int] = [:]
        for finding in findings { kept[finding.violation, default: 0] += 1 }
        return Violation.allCases.max { (kept[$0] ?? 0) < (kept[$1] ?? 0) }
    }
}
