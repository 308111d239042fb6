import FreeIMCore

@testable import imbench

/// A server with its devices, honest but for one fault at most, driven by one random source.
///
/// It tells a ledger all that the harness would observe: connections that end at any moment,
/// crashes that lose the cursors not written yet, joins and leaves, late devices, retries.
struct LedgerSimulation {
    enum Fault: String, CaseIterable, Sendable {
        case dropPush, doublePush, swapPush, skipSeq, disagree, lateOrder, forget, vanish, leak
        case phantom, corrupt, staleRecall, wrongQuota, readBack, syncHole

        /// What it may be found as.
        var violations: Set<Violation> {
            switch self {
            case .dropPush: [.loss]
            case .doublePush: [.dup]
            case .swapPush: [.order]
            case .skipSeq: [.density]
            case .disagree: [.agreement]
            case .lateOrder: [.causality]
            case .forget, .vanish: [.durability, .agreement]
            case .leak: [.leak]
            case .phantom: [.phantom]
            case .corrupt, .staleRecall: [.corruption]
            case .wrongQuota: [.quota]
            case .readBack: [.receipt]
            // Of a seq that nobody else ever showed, as one that the log does not have.
            case .syncHole: [.syncGap, .density]
            }
        }
    }

    struct Entry {
        var send: Int32
        var code: UInt8 = 1
        var member: Int32 = -1
        /// A seq that was skipped.
        static let hole = Entry(send: -9)
        var isHole: Bool { send == -9 }
    }

    struct Log {
        let isGroup: Bool
        var members: Set<Int32>
        var firstSeq: [Int32: Int64] = [:]
        var entries: [Entry] = []
        var head: Int64 { Int64(entries.count) }
    }

    struct Item {
        let conversation: Int32
        let seq: Int64
        let entry: Entry
        var content: Int32
    }

    enum Up {
        case send(Int32)
        case acknowledge(Int32, Int64)
        case read(Int32, Int64)
        case sync(Int32, Int32, after: Int64?, before: Int64?, Observation.Way)
    }

    enum Down {
        case online
        case push(Item)
        case offline([Item])
        case gap(Int32, Int64, Int64)
        case ack(Int32, Int64, isDuplicate: Bool)
        case refused(Int32)
        case receipt(Int32, user: Int32, delivered: Int64, read: Int64)
        case page(Observation.SyncedPage, [Item])
    }

    enum Phase { case off, connecting, on }

    struct Device {
        let user: Int32
        var phase = Phase.off
        var isRegistered = false
        /// Whether it knows that it is on line.
        var isOnline = false
        var up: [Up] = []
        var down: [Down] = []
        var unanswered: [Int32] = []
        /// By conversation: as the server has them in memory, and on disk.
        var cursors: [Int32: Int64] = [:]
        var stored: [Int32: Int64] = [:]
        /// By conversation: the greatest seq that reached it.
        var newest: [Int32: Int64] = [:]
    }

    static let quotas = Quotas(single: 12, group: 8, newDevice: 4)
    static let pageMessages = 7
    /// Steps before the fault may strike.
    static let faultAfter = 150

    var random: SplitMix64
    let fault: Fault?
    /// Whether the fault struck.
    var isStruck = false
    /// A message that one device never gets.
    var dropped: (device: Int, conversation: Int32, seq: Int64)?
    var ledger = Ledger(quotas: quotas)
    var time: Int64 = 0
    var steps = 0
    var logs: [Log] = []
    var devices: [Device] = []
    var users = 0
    var made: [Observation.Sent] = []
    var seqs: [Int32: Int64] = [:]
    var overHTTP: [Int32] = []
    var recalled: Set<Int32> = []
    var edited: [Int32: Int32] = [:]
    var receipts: [[Int64]: (delivered: Int64, read: Int64)] = [:]
    var pulls: Int32 = 0
    var faults: Int32 = 0

    init(seed: UInt64, fault: Fault? = nil) {
        random = SplitMix64(seed: seed)
        self.fault = fault
        users = Int.random(in: 3...5, using: &random)
        for _ in 0..<users {
            let user = ledger.addUser()
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                _ = ledger.addDevice(user: user)
                devices.append(Device(user: Int32(user)))
            }
        }
        addLog([0, 1], isGroup: false)
        addLog([1, 2], isGroup: false)
        addLog(Set((0..<Int32(users)).filter { $0 != 1 }), isGroup: true)
    }

    private mutating func addLog(_ members: Set<Int32>, isGroup: Bool) {
        _ = ledger.addConversation(members: members.map { Int($0) }, isGroup: isGroup)
        logs.append(Log(isGroup: isGroup, members: members))
        // The chat opens with an entry of the server's own that was there before the run.
        logs[logs.count - 1].entries.append(Entry(send: -1, code: isGroup ? 9 : 8))
    }

    mutating func tell(_ event: Observation.Event) {
        time += 1
        _ = ledger.take(Observation(time: time, event: event))
    }

    mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    /// True once, when that fault is due.
    mutating func strikes(_ kind: Fault, oneIn: Int = 3) -> Bool {
        guard fault == kind, !isStruck, steps > Self.faultAfter, chance(oneIn) else {
            return false
        }
        isStruck = true
        return true
    }

    // MARK: Steps

    /// Runs it to the end; what is counted then.
    mutating func run(steps count: Int = 600) -> [Violation: Int] {
        for _ in 0..<count { act() }
        settle()
        readLogs()
        ledger.finish(finalLogsRead: true)
        return ledger.counts
    }

    private mutating func act() {
        steps += 1
        let device = Int.random(in: 0..<devices.count, using: &random)
        // Some devices come late.
        if steps < 200, device == devices.count - 1 { return }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<20: makeSend(device)
        case 20..<45: serveOne(device)
        case 45..<75: receiveOne(device)
        case 75..<80: say(device)
        case 80..<83: pull(device)
        case 83..<85: end(device)
        case 85..<92:
            if devices[device].phase == .off { connect(device) } else { accept(device) }
        case 92..<94: changeMembers()
        case 94..<96: for at in devices.indices { devices[at].stored = devices[at].cursors }
        case 96: if chance(4) { crash() }
        default: sendOverHTTP(device)
        }
    }

    private mutating func conversation(of device: Int) -> Int32? {
        let user = devices[device].user
        return logs.indices.filter { logs[$0].members.contains(user) }
            .randomElement(using: &random).map { Int32($0) }
    }

    private mutating func make(_ device: Int, isHTTP: Bool) -> Int32? {
        guard let conversation = conversation(of: device) else { return nil }
        var (code, target): (UInt8, Int32) = (1, -1)
        if chance(6) {
            let own = made.filter {
                $0.device == Int32(device) && $0.conversation == conversation && $0.code == 1
                    && seqs[$0.send] != nil && !recalled.contains($0.send)
            }
            if let of = own.randomElement(using: &random) {
                (code, target) = ([20, 21, 22].randomElement(using: &random) ?? 22, of.send)
            }
        }
        let sent = Observation.Sent(
            send: Int32(made.count), device: Int32(device), conversation: conversation,
            traffic: 0, code: code, isHTTP: isHTTP, target: target, due: time)
        made.append(sent)
        tell(.sent(sent))
        tell(.transmitted(send: sent.send))
        return sent.send
    }

    private mutating func makeSend(_ device: Int) {
        guard devices[device].isOnline, let send = make(device, isHTTP: false) else { return }
        devices[device].unanswered.append(send)
        devices[device].up.append(.send(send))
    }

    private mutating func sendOverHTTP(_ device: Int) {
        guard devices[device].isRegistered, let send = make(device, isHTTP: true) else { return }
        overHTTP.append(send)
        if chance(2) { _ = commit(send) }
        if chance(2) { answerHTTP() }
    }

    /// Sends those over HTTP again that were not answered.
    private mutating func answerHTTP() {
        for send in overHTTP {
            tell(.transmitted(send: send))
            if let (seq, isDuplicate) = commit(send) {
                tell(
                    .acked(
                        send: send, conversation: made[Int(send)].conversation, seq: seq,
                        isDuplicate: isDuplicate))
            } else {
                tell(.refused(send: send, isForGood: true))
            }
        }
        overHTTP = []
    }

    private mutating func say(_ device: Int) {
        guard devices[device].phase == .on,
            let (conversation, seq) = devices[device].newest.randomElement(using: &random),
            logs[Int(conversation)].members.contains(devices[device].user)
        else { return }
        if chance(3) {
            tell(.reading(device: Int32(device), conversation: conversation, seq: seq))
            devices[device].up.append(.read(conversation, seq))
        } else {
            tell(.acknowledging(device: Int32(device), conversation: conversation, seq: seq))
            devices[device].up.append(.acknowledge(conversation, seq))
        }
    }

    private mutating func pull(_ device: Int) {
        guard devices[device].phase == .on, let conversation = conversation(of: device),
            dropped.map({ $0.device != device || $0.conversation != conversation }) ?? true
        else { return }
        let at = Int64.random(in: 0...logs[Int(conversation)].head + 1, using: &random)
        let isAfter = chance(2)
        ask(
            device, conversation, after: isAfter ? at : nil,
            before: isAfter || chance(3) ? nil : at, .pulled)
    }

    mutating func ask(
        _ device: Int, _ conversation: Int32, after: Int64?, before: Int64?,
        _ way: Observation.Way
    ) {
        pulls += 1
        tell(.asking(device: Int32(device), conversation: conversation, pull: pulls))
        devices[device].up.append(.sync(pulls, conversation, after: after, before: before, way))
    }

    // MARK: Connections

    private mutating func connect(_ device: Int) {
        tell(.connecting(device: Int32(device)))
        devices[device].phase = .connecting
    }

    mutating func end(_ device: Int) {
        guard devices[device].phase != .off else { return }
        // Some of what it wrote is still taken; no answer reaches it.
        while devices[device].phase == .on, !devices[device].up.isEmpty, chance(2) {
            serveOne(device)
        }
        // A fault has to be seen to be found.
        while fault != nil, isStruck, !devices[device].down.isEmpty { receiveOne(device) }
        tell(.offline(device: Int32(device)))
        devices[device].phase = .off
        devices[device].isOnline = false
        devices[device].up = []
        devices[device].down = []
    }

    private mutating func crash() {
        tell(.fault(faults))
        faults += 1
        for at in devices.indices {
            end(at)
            devices[at].cursors = devices[at].stored
        }
    }

    // MARK: The end

    /// All come back and everything under way arrives.
    private mutating func settle() {
        for round in 0..<200 {
            var isQuiet = true
            for at in devices.indices {
                if devices[at].phase == .off {
                    connect(at)
                    isQuiet = false
                }
                accept(at)
                while !devices[at].up.isEmpty || !devices[at].down.isEmpty {
                    isQuiet = false
                    serveOne(at)
                    receiveOne(at)
                }
            }
            if round == 0 { answerHTTP() }
            if isQuiet { return }
        }
    }

    private mutating func readLogs() {
        for device in devices.indices {
            for conversation in logs.indices
            where logs[conversation].members.contains(devices[device].user) {
                var after: Int64 = 0
                repeat {
                    ask(device, Int32(conversation), after: after, before: nil, .final)
                    let before = after
                    serveOne(device)
                    if case .page(let page, _)? = devices[device].down.last {
                        after = page.hasMore ? page.seqs.last ?? before : before
                    }
                    while !devices[device].down.isEmpty { receiveOne(device) }
                    if after == before { break }
                } while true
            }
        }
    }
}
