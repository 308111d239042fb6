@testable import imbench

extension LedgerSimulation {
    // MARK: What the server does

    /// Takes one frame of a device.
    mutating func serveOne(_ device: Int) {
        guard devices[device].phase == .on, !devices[device].up.isEmpty else { return }
        if case .send(let one) = devices[device].up[0], devices[device].up.count > 1,
            case .send(let two) = devices[device].up[1], seqs[one] == nil, seqs[two] == nil,
            made[Int(one)].conversation == made[Int(two)].conversation,
            isOnce(one), isOnce(two), made[Int(one)].code == 1, made[Int(two)].code == 1,
            logs[Int(made[Int(one)].conversation)].members.contains(devices[device].user),
            strikes(.lateOrder)
        {
            devices[device].up.swapAt(0, 1)
            serveOne(device)
        }
        switch devices[device].up.removeFirst() {
        case .send(let send):
            if let (seq, isDuplicate) = commit(send) {
                devices[device].down.append(.ack(send, seq, isDuplicate: isDuplicate))
            } else {
                devices[device].down.append(.refused(send))
            }
        case .acknowledge(let conversation, let seq):
            devices[device].cursors[conversation] = max(
                devices[device].cursors[conversation] ?? 0, seq)
            note(device, conversation, delivered: seq, read: 0)
        case .read(let conversation, let seq):
            note(device, conversation, delivered: seq, read: seq)
        case .sync(let pull, let conversation, let after, let before, let way):
            answer(device, pull, conversation, after, before, way)
        }
    }

    private func isOnce(_ send: Int32) -> Bool {
        !ledger.send(Int(send)).flags.contains(.transmittedAgain)
    }

    /// Stores a send unless it is there; nil: its sender is no member (any more).
    mutating func commit(_ send: Int32) -> (seq: Int64, isDuplicate: Bool)? {
        if let seq = seqs[send] { return (seq, true) }
        let sent = made[Int(send)]
        let at = Int(sent.conversation)
        guard logs[at].members.contains(devices[Int(sent.device)].user) else { return nil }
        if sent.target >= 0, recalled.contains(sent.target) { return nil }
        if !sent.isHTTP, isOnce(send), strikes(.forget, oneIn: 1) {
            return (logs[at].head + 1, false)
        }
        if strikes(.skipSeq, oneIn: 1) { logs[at].entries.append(.hole) }
        if sent.code == 20 { recalled.insert(sent.target) }
        if sent.code == 21 { edited[sent.target] = send }
        let entry = Entry(send: send, code: sent.code)
        seqs[send] = logs[at].head + 1
        publish(sent.conversation, entry, except: Int(sent.device))
        let seq = logs[at].head
        if strikes(.vanish, oneIn: 2) { logs[at].entries.removeLast() }
        return (seq, false)
    }

    private func content(_ entry: Entry) -> Int32 {
        if entry.send < 0 { return Observation.Delivered.empty }
        if recalled.contains(entry.send), fault != .staleRecall {
            return Observation.Delivered.empty
        }
        return edited[entry.send] ?? entry.send
    }

    private mutating func publish(_ conversation: Int32, _ entry: Entry, except: Int) {
        logs[Int(conversation)].entries.append(entry)
        let seq = logs[Int(conversation)].head
        for device in devices.indices where device != except && devices[device].phase == .on {
            let isMember = logs[Int(conversation)].members.contains(devices[device].user)
            if !isMember, !(logs[Int(conversation)].isGroup && strikes(.leak)) { continue }
            push(
                device,
                Item(
                    conversation: conversation, seq: seq, entry: entry,
                    content: entry.send < 0 ? content(entry) : entry.send))
        }
    }

    private mutating func push(_ device: Int, _ item: Item) {
        var item = item
        if item.conversation != 2, devices[device].isOnline, strikes(.dropPush) {
            dropped = (device, item.conversation, item.seq)
            return
        }
        if item.entry.send >= 0, strikes(.corrupt) {
            item.content = Observation.Delivered.unreadable
        }
        if item.entry.send >= 0,
            let other = logs[Int(item.conversation)].entries.first(where: { $0.send >= 0 }),
            other.send != item.entry.send, strikes(.disagree)
        {
            item = Item(
                conversation: item.conversation, seq: item.seq, entry: other, content: other.send)
        }
        if strikes(.phantom) {
            devices[device].down.append(
                .push(
                    Item(
                        conversation: item.conversation, seq: item.seq,
                        entry: Entry(send: Observation.Delivered.foreign),
                        content: Observation.Delivered.unreadable)))
        }
        devices[device].down.append(.push(item))
        if strikes(.doublePush) { devices[device].down.append(.push(item)) }
        let last = devices[device].down.count - 1
        if last > 0, case .push(let before) = devices[device].down[last - 1],
            before.conversation == item.conversation, strikes(.swapPush)
        {
            devices[device].down.swapAt(last, last - 1)
        }
    }

    mutating func changeMembers() {
        let conversation: Int32 = 2
        // The owner stays, and sees all that happens.
        let user = Int32.random(in: 1..<Int32(users), using: &random)
        if logs[2].members.contains(user) {
            guard logs[2].members.count > 2 else { return }
            publish(conversation, Entry(send: -1, code: 12, member: user), except: -1)
            logs[2].members.remove(user)
        } else {
            logs[2].members.insert(user)
            logs[2].firstSeq[user] = logs[2].head + 1
            publish(conversation, Entry(send: -1, code: 10, member: user), except: -1)
        }
    }

    /// Answers a device's Auth.
    mutating func accept(_ device: Int) {
        guard devices[device].phase == .connecting else { return }
        devices[device].phase = .on
        devices[device].down.append(.online)
        let user = devices[device].user
        let isNew = !devices[device].isRegistered
        devices[device].isRegistered = true
        for at in logs.indices where logs[at].members.contains(user) {
            let (conversation, head) = (Int32(at), logs[at].head)
            if isNew {
                let cursor = max(0, head - Int64(Self.quotas.newDevice))
                devices[device].cursors[conversation] = cursor
                devices[device].stored[conversation] = cursor
            }
            let first = logs[at].firstSeq[user] ?? 1
            let from = min(max(devices[device].cursors[conversation] ?? 0, first - 1), head)
            var quota = Int64(logs[at].isGroup ? Self.quotas.group : Self.quotas.single)
            let least = Int64(ledger.places[ledger.place(Int32(device), conversation)].low) - quota
            if fault == .wrongQuota { quota *= 2 }
            let pushed = max(from, head - quota)
            if fault == .wrongQuota, pushed < least { isStruck = true }
            if pushed > from { devices[device].down.append(.gap(conversation, from + 1, pushed)) }
            if let hole = dropped, hole.device == device, hole.conversation == conversation,
                from < hole.seq, hole.seq <= pushed
            {
                // The Gap makes it good.
                (dropped, isStruck) = (nil, false)
            }
            var items: [Item] = []
            for seq in pushed + 1..<head + 1 {
                if let item = item(conversation, seq),
                    dropped.map({ $0 != (device, conversation, seq) }) ?? true
                {
                    items.append(item)
                }
                if items.count == Self.pageMessages || seq == head, !items.isEmpty {
                    devices[device].down.append(.offline(items))
                    items = []
                }
            }
        }
    }

    private func item(_ conversation: Int32, _ seq: Int64) -> Item? {
        let entry = logs[Int(conversation)].entries[Int(seq) - 1]
        return entry.isHole
            ? nil
            : Item(conversation: conversation, seq: seq, entry: entry, content: content(entry))
    }

    private mutating func note(
        _ device: Int, _ conversation: Int32, delivered: Int64, read: Int64
    ) {
        let user = devices[device].user
        let key = [Int64(conversation), Int64(user)]
        var known = receipts[key] ?? (0, 0)
        known = (max(known.delivered, delivered), max(known.read, read))
        receipts[key] = known
        for other in devices.indices where other != device && devices[other].phase == .on {
            guard logs[Int(conversation)].members.contains(devices[other].user) else { continue }
            let receipt = Down.receipt(
                conversation, user: user, delivered: known.delivered, read: known.read)
            devices[other].down.append(receipt)
            if known.read > 1, strikes(.readBack) {
                devices[other].down.append(
                    .receipt(
                        conversation, user: user, delivered: known.delivered,
                        read: known.read - 1))
            }
        }
    }

    private mutating func answer(
        _ device: Int, _ pull: Int32, _ conversation: Int32, _ after: Int64?, _ before: Int64?,
        _ way: Observation.Way
    ) {
        let log = logs[Int(conversation)]
        guard log.members.contains(devices[device].user) else { return }
        let first = log.firstSeq[devices[device].user] ?? 1
        let low = max(first, (after.map { min($0, log.head) } ?? 0) + 1)
        let high = min(log.head, (before ?? log.head + 1) - 1)
        var range = low <= high ? Array(low...high) : []
        let isMore = range.count > Self.pageMessages
        range = Array(
            after == nil ? range.suffix(Self.pageMessages) : range.prefix(Self.pageMessages))
        if range.count > 2, range.allSatisfy({ log.entries[Int($0) - 1].send >= -1 }),
            strikes(.syncHole, oneIn: 1)
        {
            range.remove(at: 1)
        }
        let items = range.compactMap { item(conversation, $0) }
        if fault == .staleRecall, way == .final,
            items.contains(where: { recalled.contains($0.entry.send) })
        {
            isStruck = true
        }
        devices[device].down.append(
            .page(
                Observation.SyncedPage(
                    device: Int32(device), conversation: conversation, way: way, pull: pull,
                    after: after, before: before, limit: Self.pageMessages,
                    seqs: items.map(\.seq), hasMore: isMore, headSeq: log.head, firstSeq: first),
                items))
    }

    // MARK: What a device does

    /// Reads one frame.
    mutating func receiveOne(_ device: Int) {
        guard devices[device].phase == .on, !devices[device].down.isEmpty else { return }
        switch devices[device].down.removeFirst() {
        case .online:
            tell(.online(device: Int32(device)))
            devices[device].isOnline = true
            for send in devices[device].unanswered {
                tell(.transmitted(send: send))
                devices[device].up.append(.send(send))
            }
        case .push(let item): take(device, item, .push)
        case .offline(let items): for item in items { take(device, item, .offlinePage) }
        case .gap(let conversation, let from, let through):
            tell(
                .gap(
                    device: Int32(device), conversation: conversation, from: from,
                    through: through))
        case .ack(let send, let seq, let isDuplicate):
            devices[device].unanswered.removeAll { $0 == send }
            tell(
                .acked(
                    send: send, conversation: made[Int(send)].conversation, seq: seq,
                    isDuplicate: isDuplicate))
        case .refused(let send):
            devices[device].unanswered.removeAll { $0 == send }
            tell(.refused(send: send, isForGood: true))
        case .receipt(let conversation, let user, let delivered, let read):
            tell(
                .receipt(
                    device: Int32(device), conversation: conversation, user: user,
                    delivered: delivered, read: read))
        case .page(let page, let items):
            tell(.page(page))
            for item in items { take(device, item, page.way) }
        }
    }

    private mutating func take(_ device: Int, _ item: Item, _ way: Observation.Way) {
        tell(
            .delivered(
                .init(
                    device: Int32(device), conversation: item.conversation, seq: item.seq,
                    send: item.entry.send, content: item.content, way: way,
                    code: item.entry.code, member: item.entry.member)))
        if way == .pulled, let hole = dropped, hole == (device, item.conversation, item.seq) {
            (dropped, isStruck) = (nil, false)
        }
        if way == .push || way == .offlinePage {
            devices[device].newest[item.conversation] = max(
                devices[device].newest[item.conversation] ?? 0, item.seq)
        }
    }
}
