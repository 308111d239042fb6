import FreeIMProtocol
import NIOCore
import NIOPosix

/// All devices and all checks of a run; confined to one event loop, so nothing needs a lock.
final class BenchWorld {
    /// Why a page was asked for.
    enum Pull {
        case gap(conversation: Int, through: Int64)
        case final(conversation: Int)
    }

    /// What the run counts, of the measured time.
    struct Measured {
        var ackFromDue = Latency()
        var ackFromSend = Latency()
        var deliverFromDue = Latency()
        var lag = Latency()
        var sent = 0
        var acked = 0
        var delivered = 0
    }

    let plan: RunPlan
    let loop: any EventLoop
    let population: Population
    private let address: () -> (host: String, port: Int)
    var devices: [BenchDevice] = []
    var ledger = Ledger()
    /// Conversations of the ledger by chatroom.
    var indexes: [Int64: Int] = [:]
    /// Conversations that each device can send to.
    var targets: [[Int]] = []
    var dueAt: [Int64] = []
    var sentAt: [Int64] = []
    var isMeasured: [Bool] = []
    var measured = Measured()
    var isMeasuring = false
    var isSending = false
    var isOver = false
    var random: BenchRandom
    let content: String
    let salt: String

    private(set) var online = 0
    private(set) var refusals: [String: Int] = [:]
    private(set) var reconnects = 0
    private var wanted = 0
    private var finalLeft = 0
    private var finalLogs: [Int: [(seq: Int64, send: Int?)]] = [:]
    private var nextDue: Int64 = 0
    private var tickedAt: Int64 = 0
    private var interval: Int64 = 0
    private var tick: RepeatedTask?
    private var acker: RepeatedTask?

    init(
        plan: RunPlan, population: Population, loop: any EventLoop,
        address: @escaping @Sendable () -> (host: String, port: Int)
    ) {
        self.plan = plan
        self.population = population
        self.loop = loop
        self.address = address
        random = BenchRandom(seed: plan.seed)
        salt = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        content = String(repeating: "x", count: max(0, plan.bytes - 12))
        devices = population.devices.indices.map { BenchDevice(index: $0, world: self) }
        targets = Array(repeating: [], count: devices.count)
        var byUser: [Int: [Int]] = [:]
        for (index, device) in population.devices.enumerated() {
            byUser[device.user, default: []].append(index)
        }
        for conversation in population.conversations {
            let members = conversation.members.flatMap { byUser[$0] ?? [] }
            let index = ledger.addConversation(devices: members)
            indexes[conversation.chatroomID] = index
            let isTarget =
                plan.target == .mix || (plan.target == .group) == conversation.isGroup
            if isTarget { for device in members { targets[device].append(index) } }
        }
    }

    static func now() -> Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }

    // MARK: Connecting

    /// Connects everybody, a batch every few milliseconds.
    func connectAll() {
        wanted = 0
        let perBatch = max(1, Int(plan.connectRate / 100))
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(10)) { task in
            let world = bound.value
            let end = min(world.wanted + perBatch, world.devices.count)
            for index in world.wanted..<end { world.connect(world.devices[index]) }
            world.wanted = end
            if end == world.devices.count { task.cancel() }
        }
    }

    func connect(_ device: BenchDevice) {
        if isOver { return }
        let (host, port) = address()
        let bound = NIOLoopBound(device, eventLoop: loop)
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .connect(host: host, port: port)
            .whenFailure { _ in bound.value.world.retry(bound.value) }
    }

    private func retry(_ device: BenchDevice) {
        if isOver { return }
        let delay = 50 + Int64(random.next() % 200)
        let bound = NIOLoopBound(device, eventLoop: loop)
        loop.scheduleTask(in: .milliseconds(delay)) { bound.value.world.connect(bound.value) }
    }

    func authenticated(_ device: BenchDevice) {
        online += 1
        ledger.reconnected(device: device.index)
        for send in device.unanswered { transmit(send, from: device) }
        if isSending, case .closed(let window) = plan.load { fill(device, window) }
    }

    func closed(_ device: BenchDevice) {
        online = max(0, online - 1)
        if isOver { return }
        reconnects += 1
        retry(device)
    }

    func refused(_ words: String) {
        refusals[words, default: 0] += 1
    }

    func refused(_ device: BenchDevice, _ error: IMError) {
        refusals[error.code, default: 0] += 1
        let isSend = error.action == .message
        guard isSend, let send = number(error.clientMessageID) else { return }
        // What may be tried again is; a definite refusal is an answer.
        if error.retryAfterMs > 0 || !error.definite {
            let bound = NIOLoopBound(device, eventLoop: loop)
            loop.scheduleTask(in: .milliseconds(max(50, error.retryAfterMs))) {
                bound.value.world.transmit(send, from: bound.value)
                bound.value.flush()
            }
        } else {
            device.unanswered.removeAll { $0 == send }
        }
    }

    // MARK: Sending

    /// Starts the load.
    func startSending() {
        isSending = true
        let bound = NIOLoopBound(self, eventLoop: loop)
        acker = loop.scheduleRepeatedTask(
            initialDelay: .milliseconds(plan.ackIntervalMs),
            delay: .milliseconds(plan.ackIntervalMs)
        ) { _ in bound.value.acknowledgeAll() }
        switch plan.load {
        case .none: break
        case .closed(let window):
            for device in devices where device.isOnline { fill(device, window) }
        case .open(let rate):
            nextDue = BenchWorld.now()
            tickedAt = nextDue
            interval = Int64(1_000_000_000 / rate)
            tick = loop.scheduleRepeatedTask(
                initialDelay: .milliseconds(1), delay: .milliseconds(1)
            ) { _ in bound.value.sendDue() }
        }
    }

    /// Sends whatever is due. Late is late and counts from when it was due; nothing is skipped.
    private func sendDue() {
        let now = BenchWorld.now()
        if isMeasuring { measured.lag.record(now - tickedAt - 1_000_000) }
        tickedAt = now
        while nextDue <= now, isSending {
            sendAny(due: nextDue)
            nextDue += interval
        }
    }

    private func acknowledgeAll() {
        for device in devices where device.messagesToAcknowledge > 0 {
            acknowledge(device)
            device.flush()
        }
    }

    func stopSending() {
        isSending = false
        tick?.cancel()
    }

    private func sendAny(due: Int64) {
        for _ in 0..<16 {
            let index = plan.isSingleSender ? 0 : Int(random.next() % UInt64(devices.count))
            guard let conversation = target(of: index) else { continue }
            send(devices[index], conversation, due: due)
            devices[index].flush()
            return
        }
    }

    private func target(of device: Int) -> Int? {
        let choices = targets[device]
        return choices.isEmpty ? nil : choices[Int(random.next() % UInt64(choices.count))]
    }

    /// Keeps a device's window full.
    func fill(_ device: BenchDevice, _ window: Int) {
        if plan.isSingleSender && device.index != 0 { return }
        while isSending, device.unanswered.count < window,
            let conversation = target(of: device.index)
        {
            send(device, conversation, due: BenchWorld.now())
        }
        device.flush()
    }

    private func send(_ device: BenchDevice, _ conversation: Int, due: Int64) {
        let send = ledger.addSend(conversation: conversation, device: device.index)
        dueAt.append(due)
        sentAt.append(BenchWorld.now())
        isMeasured.append(isMeasuring)
        if isMeasuring { measured.sent += 1 }
        device.unanswered.append(send)
        if device.isOnline { transmit(send, from: device) }
    }

    func transmit(_ send: Int, from device: BenchDevice) {
        guard device.isOnline else { return }
        var item = IMMessageItem()
        item.chatroomID =
            population.conversations[ledger.sends[send].conversation].chatroomID
        item.code = .text
        item.content = text(of: send)
        item.clientMessageID = "\(salt)-\(send)"
        device.write(item, .message, sequenceID: device.takeSequenceID())
    }

    /// What a send says: its number and filling.
    func text(of send: Int) -> String { "\(send) \(content)" }

    /// The send that a ClientMessageId of this run names.
    func number(_ clientMessageID: String) -> Int? {
        guard clientMessageID.hasPrefix(salt) else { return nil }
        return Int(clientMessageID.dropFirst(salt.utf8.count + 1))
    }

    // MARK: Receiving

    func acked(_ device: BenchDevice, _ ack: IMMessageACK) {
        guard let send = number(ack.clientMessageID),
            let conversation = indexes[ack.chatroomID]
        else { return refused("an ACK of nobody's send") }
        device.unanswered.removeAll { $0 == send }
        if ledger.acked(send: send, conversation: conversation, seq: ack.seq), isMeasured[send] {
            let now = BenchWorld.now()
            measured.ackFromDue.record(now - dueAt[send])
            measured.ackFromSend.record(now - sentAt[send])
            if isMeasuring { measured.acked += 1 }
        }
        if isSending, case .closed(let window) = plan.load { fill(device, window) }
    }

    func delivered(_ device: BenchDevice, _ item: IMMessageItem, _ way: Ledger.Way) {
        let conversation = indexes[item.chatroomID] ?? -1
        let send = number(item.clientMessageID)
        let isServers = (8...12).contains(item.code.rawValue)
        let isKnown = send.map { $0 < ledger.sends.count } ?? false
        let isIntact = isKnown ? send.map { item.content == text(of: $0) } ?? false : false
        let isNew = ledger.delivered(
            device: device.index, conversation: conversation, seq: item.seq,
            send: isServers ? nil : send ?? -1, isIntact: isIntact, way: way)
        if isNew, isKnown, let send {
            if isMeasured[send] {
                measured.deliverFromDue.record(BenchWorld.now() - dueAt[send])
            }
            if isMeasuring { measured.delivered += 1 }
        }
        let newest = max(device.toAcknowledge[item.chatroomID] ?? 0, item.seq)
        device.toAcknowledge[item.chatroomID] = newest
        device.messagesToAcknowledge += 1
        if device.messagesToAcknowledge >= plan.ackEvery { acknowledge(device) }
    }

    private func acknowledge(_ device: BenchDevice) {
        for (chatroomID, seq) in device.toAcknowledge {
            var ack = IMMessageACK()
            ack.chatroomID = chatroomID
            ack.seq = seq
            device.write(ack, .messageAck, sequenceID: device.takeSequenceID())
        }
        device.toAcknowledge = [:]
        device.messagesToAcknowledge = 0
    }

    func gap(_ device: BenchDevice, _ gap: IMGap) {
        guard let conversation = indexes[gap.chatroomID] else { return }
        pull(
            device, gap.chatroomID, after: gap.fromSeq - 1,
            .gap(conversation: conversation, through: gap.toSeq))
    }

    private func pull(_ device: BenchDevice, _ chatroomID: Int64, after: Int64, _ pull: Pull) {
        var request = IMSyncRequest()
        request.chatroomID = chatroomID
        request.afterSeq = after
        request.limit = 500
        let sequenceID = device.takeSequenceID()
        device.pulls[sequenceID] = pull
        device.write(request, .sync, sequenceID: sequenceID)
        device.flush()
    }

    func took(_ device: BenchDevice, _ page: IMSyncPage, _ pulled: Pull?) {
        switch pulled {
        case .final(let conversation):
            finalLogs[conversation, default: []] += page.messages.map {
                ($0.seq, (8...12).contains($0.code.rawValue) ? nil : number($0.clientMessageID))
            }
            if page.hasMore_p, let last = page.messages.last {
                pull(device, page.chatroomID, after: last.seq, .final(conversation: conversation))
            } else {
                finalLeft -= 1
            }
        case .gap(let conversation, let through):
            for item in page.messages where item.seq <= through {
                delivered(device, item, .pulled)
            }
            if let last = page.messages.last, last.seq < through {
                pull(
                    device, page.chatroomID, after: last.seq,
                    .gap(conversation: conversation, through: through))
            }
        case nil:
            for item in page.messages { delivered(device, item, .pushed) }
        }
    }

    // MARK: The end

    /// Unanswered sends of all devices.
    var unansweredCount: Int { devices.reduce(0) { $0 + $1.unanswered.count } }

    /// Asks for every conversation's whole log, by its first device that is on line.
    func beginFinalSync() {
        for (chatroomID, conversation) in indexes {
            let members = ledger.conversations[conversation].devices
            guard let device = members.first(where: { devices[$0].isOnline }) else { continue }
            finalLeft += 1
            pull(devices[device], chatroomID, after: 0, .final(conversation: conversation))
        }
    }

    var isFinalSyncDone: Bool { finalLeft <= 0 }

    /// Draws the conclusions.
    func conclude() {
        for (conversation, log) in finalLogs {
            ledger.finalLog(conversation: conversation, log)
        }
        ledger.finish()
    }

    /// Closes everything.
    func end() {
        isOver = true
        stopSending()
        acker?.cancel()
        for device in devices { device.close() }
    }
}
