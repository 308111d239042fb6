@testable import imbench

/// A ledger with a few users, and short words to tell it a history.
///
/// User 0 has the first devices, and so on. There is one conversation, 0, unless more are added.
struct LedgerStory {
    var ledger: Ledger
    var history = History()
    private(set) var time: Int64 = 0
    private var sends: Int32 = 0
    private var pulls: Int32 = 0

    /// `devices` of each user; the first `members` users (nil: all) are members.
    init(
        devices: [Int] = [1, 1], members: [Int]? = nil, isGroup: Bool = false,
        quotas: Quotas = Quotas(), isOnline: Bool = true
    ) {
        ledger = Ledger(quotas: quotas)
        var index: Int32 = 0
        var all: [Int32] = []
        for count in devices {
            let user = ledger.addUser()
            for _ in 0..<count {
                _ = ledger.addDevice(user: user)
                all.append(index)
                index += 1
            }
        }
        _ = ledger.addConversation(members: members ?? Array(devices.indices), isGroup: isGroup)
        if isOnline { for device in all { connect(device) } }
    }

    @discardableResult
    mutating func tell(_ event: Observation.Event) -> Ledger.News {
        time += 1_000
        let observation = Observation(time: time, event: event)
        history.append(observation)
        return ledger.take(observation)
    }

    mutating func connect(_ device: Int32) {
        tell(.connecting(device: device))
        tell(.online(device: device))
    }

    mutating func reconnect(_ device: Int32) {
        tell(.offline(device: device))
        connect(device)
    }

    /// A send of that device, transmitted; its index.
    mutating func send(
        _ device: Int32, to conversation: Int32 = 0, code: UInt8 = 1, target: Int32 = -1,
        isHTTP: Bool = false
    ) -> Int32 {
        let send = sends
        sends += 1
        tell(
            .sent(
                .init(
                    send: send, device: device, conversation: conversation, traffic: 0,
                    code: code, isHTTP: isHTTP, target: target, due: time)))
        tell(.transmitted(send: send))
        return send
    }

    @discardableResult
    mutating func ack(
        _ send: Int32, _ seq: Int64, in conversation: Int32 = 0, isDuplicate: Bool = false
    ) -> Ledger.News {
        tell(
            .acked(
                send: send, conversation: conversation, seq: seq, isDuplicate: isDuplicate))
    }

    /// That send reaches that device, with its own content unless another is given.
    @discardableResult
    mutating func get(
        _ device: Int32, _ seq: Int64, _ send: Int32, content: Int32? = nil,
        way: Observation.Way = .push, in conversation: Int32 = 0
    ) -> Ledger.News {
        tell(
            .delivered(
                .init(
                    device: device, conversation: conversation, seq: seq, send: send,
                    content: content ?? max(send, -1), way: way, code: 1, member: -1)))
    }

    /// A MEMBER_JOINED or MEMBER_LEFT reaches that device.
    mutating func change(
        _ device: Int32, _ seq: Int64, user: Int32, isJoin: Bool, way: Observation.Way = .push
    ) {
        tell(
            .delivered(
                .init(
                    device: device, conversation: 0, seq: seq,
                    send: Observation.Delivered.serverEntry,
                    content: Observation.Delivered.empty, way: way, code: isJoin ? 10 : 12,
                    member: user)))
    }

    /// A message that all of `devices` get, but the sender.
    @discardableResult
    mutating func say(_ device: Int32, _ seq: Int64, to devices: [Int32]) -> Int32 {
        let send = send(device)
        ack(send, seq)
        for other in devices where other != device { get(other, seq, send) }
        return send
    }

    /// A page is asked for and comes.
    mutating func page(
        _ device: Int32, after: Int64? = nil, before: Int64? = nil, limit: Int = 100,
        seqs: [Int64], hasMore: Bool = false, head: Int64, first: Int64 = 1,
        way: Observation.Way = .pulled
    ) {
        let pull = ask(device)
        answer(
            pull, device, after: after, before: before, limit: limit, seqs: seqs,
            hasMore: hasMore, head: head, first: first, way: way)
    }

    mutating func ask(_ device: Int32) -> Int32 {
        pulls += 1
        tell(.asking(device: device, conversation: 0, pull: pulls))
        return pulls
    }

    mutating func answer(
        _ pull: Int32, _ device: Int32, after: Int64? = nil, before: Int64? = nil,
        limit: Int = 100, seqs: [Int64], hasMore: Bool = false, head: Int64, first: Int64 = 1,
        way: Observation.Way = .pulled
    ) {
        tell(
            .page(
                .init(
                    device: device, conversation: 0, way: way, pull: pull, after: after,
                    before: before, limit: limit, seqs: seqs, hasMore: hasMore, headSeq: head,
                    firstSeq: first)))
    }

    /// The whole log, read by one device: the sends from seq 1 on; nil leaves a hole.
    mutating func readLog(_ device: Int32, _ log: [Int32?], first: Int64 = 1) {
        let stored = log.enumerated().compactMap { at, send in
            send.map { (Int64(at) + first, $0) }
        }
        page(
            device, after: 0, limit: 500, seqs: stored.map(\.0),
            head: stored.last?.0 ?? 0, first: first, way: .final)
        for (seq, send) in stored { get(device, seq, send, way: .final) }
    }

    /// What is counted in the end.
    mutating func end(finalLogsRead: Bool = false) -> [Violation: Int] {
        ledger.finish(finalLogsRead: finalLogsRead)
        return ledger.counts
    }
}
