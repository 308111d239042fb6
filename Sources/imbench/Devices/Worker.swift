import FreeIMCore
import FreeIMProtocol
import NIOCore
import NIOPosix

/// An event loop's share of the devices and of the load; confined to that loop.
final class Worker {
    /// Milliseconds between two looks at what is due.
    static let tickMs: Int64 = 1
    /// Nanoseconds between two words to the judge, unless there are so many observations.
    static let wordsNs: Int64 = 10_000_000
    static let wordsMax = 4_096
    /// Messages whose IDs are kept, to recall, edit and react to.
    static let recentMax = 512
    /// Milliseconds of the first and the longest wait before connecting again.
    static let retryMs = 100.0...2_000.0
    /// Requests over HTTP under way.
    static let httpMax = 512
    /// Pages of the final reading under way.
    static let finalPullsMax = 64

    /// A message that can be acted on.
    struct Recent {
        let device: Int32
        let conversation: Int32
        let send: Int32
        let messageID: String
    }

    let index: Int
    let count: Int
    let loop: any EventLoop
    let run: RunContext
    var devices: [BenchDevice] = []
    var random: SplitMix64
    var streams: [LoadStream] = []
    /// Closed-loop load under way, by traffic; its window.
    var windows: [Int: Int] = [:]
    var isSending = false
    var isOver = false
    /// Acknowledged lately by this worker's devices; seen lately by them.
    var own: [Recent] = []
    var seen: [Recent] = []
    var ownAt = 0
    var seenAt = 0
    var abandoned: [BenchLink] = []
    private(set) var online = 0
    private(set) var wanted = 0
    private(set) var connects = 0
    private(set) var refusals: [String: Int] = [:]
    /// Close frames of WebSockets, by their codes.
    private(set) var closes: [Int: Int] = [:]
    /// Sends without an answer and pages without an end, of all devices.
    var underWay = 0
    /// Tasks over HTTP and scripts that have not ended.
    var tasks = 0
    var httpInFlight = 0
    var finalQueue: [(device: Int32, conversation: Int32)] = []
    var finalLeft = 0
    var lag = Latency()
    private var nextSend: Int32
    private var nextPull: Int32
    private var nextRequest: Int32
    private var observations: [Observation] = []
    private var toldAt: Int64 = 0
    private var tickedAt: Int64 = 0
    private var dirty: [BenchLink] = []
    private var toAcknowledge: [BenchDevice] = []
    private var acknowledgedAt: Int64 = 0
    private var ticker: RepeatedTask?
    private var nextSource = 0

    /// Worker `index` of `count`; it has every `count`th device, send and request.
    init(index: Int, count: Int, loop: any EventLoop, run: RunContext) {
        self.index = index
        self.count = count
        self.loop = loop
        self.run = run
        random = SplitMix64(seed: run.scenario.seed &* 31 &+ UInt64(index))
        nextSend = Int32(index)
        nextPull = Int32(index)
        nextRequest = Int32(index)
        for device in stride(from: index, to: run.population.devices.count, by: count) {
            devices.append(BenchDevice(index: Int32(device), worker: self))
        }
    }

    static func now() -> Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }

    /// One of this worker's devices, by its index in the population.
    func device(_ index: Int32) -> BenchDevice { devices[Int(index) / count] }

    // MARK: The clock

    func start() {
        tickedAt = Worker.now()
        toldAt = tickedAt
        let bound = NIOLoopBound(self, eventLoop: loop)
        ticker = loop.scheduleRepeatedTask(
            initialDelay: .milliseconds(Worker.tickMs), delay: .milliseconds(Worker.tickMs)
        ) { _ in bound.value.tick() }
    }

    private func tick() {
        let now = Worker.now()
        lag.record(now - tickedAt - Worker.tickMs * 1_000_000)
        tickedAt = now
        if isSending { sendDue(now) }
        if now - acknowledgedAt >= run.scenario.generator.ackIntervalMs * 1_000_000 {
            acknowledgedAt = now
            for device in toAcknowledge where device.messagesToAcknowledge > 0 {
                acknowledge(device)
            }
            toAcknowledge.removeAll(keepingCapacity: true)
        }
        flush()
        tell(now)
    }

    /// Flushes what was written since the last time, each connection once.
    func flush() {
        if dirty.isEmpty { return }
        let links = dirty
        dirty.removeAll(keepingCapacity: true)
        for link in links { link.flush() }
    }

    func willFlush(_ link: BenchLink) { dirty.append(link) }

    // MARK: What is observed

    func observe(_ event: Observation.Event) {
        observations.append(Observation(time: Worker.now(), event: event))
    }

    private func tell(_ now: Int64) {
        // Seldom, in large parts: the judge has to wake for each, and shares the cores.
        if now - toldAt < Worker.wordsNs, observations.count < Worker.wordsMax { return }
        toldAt = now
        run.judge.take(observations, from: index, through: now)
        observations.removeAll(keepingCapacity: false)
    }

    func refused(_ words: String) { refusals[words, default: 0] += 1 }

    /// A device's WebSocket was ended by the server, or never began.
    func ended(_ end: WebSocketEnd) {
        switch end {
        case .closed(let code): closes[code, default: 0] += 1
        case .refused(let status): refused("upgrade \(status)")
        }
    }

    func takeSend() -> Int32 {
        defer { nextSend += Int32(count) }
        return nextSend
    }

    func takePull() -> Int32 {
        defer { nextPull += Int32(count) }
        return nextPull
    }

    func takeRequest() -> Int32 {
        defer { nextRequest += Int32(count) }
        return nextRequest
    }

    // MARK: Connections

    /// From now on the device is on line, or tries to be.
    func want(_ device: BenchDevice) {
        if !device.isWanted {
            device.isWanted = true
            wanted += 1
        }
        connect(device)
    }

    /// From now on it is off line by its own will.
    func unwant(_ device: BenchDevice) {
        observe(.away(device: device.index))
        if device.isWanted {
            device.isWanted = false
            wanted -= 1
        }
    }

    func connect(_ device: BenchDevice) {
        if isOver || device.isConnecting || device.link != nil || !device.isWanted { return }
        device.isConnecting = true
        let (host, port) = run.address()
        let bound = NIOLoopBound(self, eventLoop: loop)
        let (number, version) = (device.index, run.version(of: device.index))
        let (transport, seed) = (run.transport, random.next())
        var bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try transport.add(to: channel, seed: seed)
                    let link = BenchLink(device: bound.value.device(number), version: version)
                    try channel.pipeline.syncOperations.addHandler(link)
                }
            }
        let sources = run.scenario.generator.sources
        if !sources.isEmpty {
            let source = sources[(nextSource &* count &+ index) % sources.count]
            nextSource &+= 1
            if let address = try? SocketAddress(ipAddress: source, port: 0) {
                bootstrap =
                    bootstrap
                    .channelOption(.ipOption(Worker.bindAddressNoPort), value: 1)
                    .bind(to: address)
            }
        }
        bootstrap.connect(host: host, port: port).whenFailure { _ in
            bound.value.failedToConnect(bound.value.device(number))
        }
    }

    /// There was no connection, or it ended before its handshake or upgrade did.
    func failedToConnect(_ device: BenchDevice) {
        device.isConnecting = false
        retry(device)
    }

    /// Linux's IP_BIND_ADDRESS_NO_PORT: the port is chosen at connect, so that one source address
    /// has all its ports for each destination.
    private static let bindAddressNoPort = NIOBSDSocket.Option(rawValue: 24)

    private func retry(_ device: BenchDevice) {
        if isOver || !device.isWanted { return }
        let most = min(
            Worker.retryMs.upperBound,
            Worker.retryMs.lowerBound * Double(1 << min(device.failures, 8)))
        device.failures = min(device.failures + 1, 250)
        let wait = Int64(most / 2 + Double(random.next() % 1_000) / 1_000 * most / 2)
        let bound = NIOLoopBound(device, eventLoop: loop)
        loop.scheduleTask(in: .milliseconds(wait)) { bound.value.worker.connect(bound.value) }
    }

    func connected(_ device: BenchDevice, _ link: BenchLink) {
        device.isConnecting = false
        guard device.isWanted, device.link == nil else { return link.close() }
        device.link = link
        observe(.connecting(device: device.index))
        let who = run.population.devices[Int(device.index)]
        var auth = IMAuth()
        auth.userID = run.population.users[Int(who.user)].id
        auth.accessToken = who.token
        auth.deviceID = who.deviceID
        auth.deviceType = "bot"
        auth.clientType = "linux"
        device.write(auth, .auth, sequenceID: 1)
    }

    func authenticated(_ device: BenchDevice) {
        observe(.online(device: device.index))
        observe(.back(device: device.index))
        device.isOnline = true
        device.failures = 0
        online += 1
        connects += 1
        for send in device.unanswered { transmit(send, from: device) }
        if isSending { fillWindows(device) }
        let then = device.whenOnline
        device.whenOnline = nil
        then?()
    }

    func disconnected(_ device: BenchDevice, _ link: BenchLink) {
        guard device.link === link else { return }
        lose(device)
        retry(device)
    }

    /// The device has no connection any more.
    func lose(_ device: BenchDevice) {
        if device.link == nil { return }
        device.link = nil
        if device.isOnline { online -= 1 }
        device.isOnline = false
        device.messagesToAcknowledge = 0
        for room in device.rooms.indices { device.rooms[room].isUnacknowledged = false }
        let pulls = device.takePulls()
        observe(.offline(device: device.index))
        for pull in pulls { dropped(pull, device) }
        let then = device.whenPulled
        device.whenPulled = nil
        then?()
    }

    // MARK: Acknowledging

    /// A message came: it is acknowledged soon.
    func willAcknowledge(_ device: BenchDevice, _ conversation: Int32, _ seq: Int64) {
        let room = device.room(conversation)
        if seq > device.rooms[room].newest { device.rooms[room].newest = seq }
        device.rooms[room].isUnacknowledged = true
        if device.messagesToAcknowledge == 0 { toAcknowledge.append(device) }
        device.messagesToAcknowledge += 1
        if device.messagesToAcknowledge >= run.scenario.generator.ackEvery { acknowledge(device) }
    }

    private func acknowledge(_ device: BenchDevice) {
        for index in device.rooms.indices where device.rooms[index].isUnacknowledged {
            device.rooms[index].isUnacknowledged = false
            let room = device.rooms[index]
            observe(
                .acknowledging(
                    device: device.index, conversation: room.conversation, seq: room.newest))
            var ack = IMMessageACK()
            ack.chatroomID = run.population.conversations[Int(room.conversation)].chatroomID
            ack.seq = room.newest
            device.write(ack, .messageAck, sequenceID: device.takeSequenceID())
        }
        device.messagesToAcknowledge = 0
    }

    // MARK: The end

    /// Closes so many connections, and whether all are closed.
    func close(most: Int) -> Bool {
        isOver = true
        isSending = false
        var left = most
        for device in devices where device.link != nil && left > 0 {
            device.link?.close()
            left -= 1
        }
        for link in abandoned { link.close() }
        abandoned = []
        if left == 0 { return false }
        ticker?.cancel()
        tell(Worker.now() + Worker.wordsNs)
        return true
    }

    /// The lag since the last time, and none from now on.
    func takeLag() -> Latency {
        defer { lag = Latency() }
        return lag
    }
}
