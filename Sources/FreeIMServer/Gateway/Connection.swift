import FreeIMCore
import FreeIMProtocol
import NIOCore
import NIOSSL
import NIOTLS

/// One client connection: frames in, requests to the store, replies and pushes out.
///
/// Confined to its event loop. What a frame may do is `SessionMachine`'s to say; what a push does
/// is `DeliveryCursor`'s; this class carries it out.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let hub: DeliveryHub
    let services: GatewayServices
    let store: Store
    let signInCheck: SignInCheck
    var context: ChannelHandlerContext?
    private(set) var number = 0

    var machine: SessionMachine
    let transport: any Transport
    private var budget: OutboundBudget
    private var sendLimiter: RateLimiter?
    private var isReadHeld = false
    private var isReading = false
    private var isProcessing = false
    var isDirty = false
    /// Until TLS is agreed on, nothing can be said.
    private var isShakingHands: Bool
    /// Bytes written since the last flush; TLS does not count them as waiting before.
    private var unflushed = 0
    private var isInputClosed = false
    /// Whether what is left is the client's goodbye.
    private var awaitsGoodbye = false
    /// Whether the farewell was said.
    private var hasParted = false

    /// Milliseconds since the epoch.
    let openedTime: Int64
    /// What it had not taken at the last look at its clocks.
    private(set) var bytesWaiting = 0
    // Who it is, once authenticated.
    var identity: Identity?
    /// The user that an Auth claims, from that frame on; 0: none.
    var claimedUserID: Int64 = 0
    var subscriptions: [Int64: Subscription] = [:]
    var watchedUserIDs: [Int64] = []
    /// Conversations that catch up from the log, in turn.
    var behind: [Subscription] = []
    var isCatchingUp = false
    /// Joins and closings that came while the session was loading.
    var early = EarlyEvents()

    /// Where the client is; nil while it is not counted.
    private var address: AddressCensus.Address?

    /// Requests handed on and not answered yet.
    private(set) var inFlight = 0
    /// Those of them that a reader's thread answers, with up to a frame each.
    private var readsInFlight = 0
    /// What to do when the last of them is answered.
    private var farewell: Farewell?

    /// How a connection ends once all is answered.
    private enum Farewell {
        case close(CloseCode)
        case quit(IMQuit, CloseCode)
    }

    init(
        hub: DeliveryHub, store: Store, transport: any Transport, isSecure: Bool,
        signInCheck: @escaping SignInCheck
    ) {
        self.hub = hub
        self.transport = transport
        isShakingHands = isSecure
        services = hub.services
        openedTime = hub.services.clock()
        self.store = store
        self.signInCheck = signInCheck
        let now = Connection.now()
        machine = SessionMachine(now: now)
        budget = OutboundBudget(now: now)
        let rate = services.limits.sendRatePerSecond
        if rate > 0 {
            sendLimiter = RateLimiter(perSecond: Double(rate), burst: Double(2 * rate), now: now)
        }
    }

    /// Milliseconds of the monotonic clock.
    static func now() -> Int64 { Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000) }

    var userID: Int64 { identity?.userID ?? 0 }
    /// `device.id`, once authenticated; 0 before.
    var device: Int64 { identity?.device ?? 0 }
    var version: BodyVersion { machine.replyVersion(to: nil) }
    var place: DeviceDirectory.Place {
        DeviceDirectory.Place(loop: hub.index, connection: number)
    }
    /// Whether the Auth was answered and the connection has not begun to end.
    var isBound: Bool {
        if case .bound = machine.phase { return true }
        return false
    }
    /// Whether less than the outbound budget waits for this connection.
    var isWritable: Bool {
        unflushed < services.limits.outboundBytesMax && context?.channel.isWritable ?? false
    }
    /// How what is written has to look.
    var form: WireForm { transport.form }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelActive(context: ChannelHandlerContext) {
        number = hub.opened(self)
        let open = services.metrics.connectionsOpen
        if open > services.limits.connectionsMax || hub.isDraining {
            refuseAndClose(Refusal(.busy, "The server takes no more connections now."))
        } else if !services.proxies.contains(peerAddress) {
            count(AddressCensus.Address(context.remoteAddress))
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An end without TLS's own goodbye is an end like TCP's.
        if error as? NIOSSLError == .uncleanShutdown { return }
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        transport.append(unwrapInboundIn(data))
        process()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        hub.flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            catchUp()
            process()
            hub.flush()
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is TLSUserEvent: isShakingHands = false
        // The client has sent its last byte: answer what came, then close.
        case ChannelEvent.inputClosed:
            isInputClosed = true
            saidGoodbye()
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Reading stops while an Auth is decided, while too many requests are under way, and while
    /// the client does not take its answers.
    func read(context: ChannelHandlerContext) {
        if isHeld {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    private var isHeld: Bool {
        if machine.phase == .closing { return false }  // reads on, to see the end, and drops
        return machine.phase == .authenticating || farewell != nil || !isWritable
            || inFlight >= services.limits.requestsInFlightMax
            || readsInFlight >= services.limits.readsInFlightMax
    }

    /// Handles the complete frames received so far.
    func process() {
        if isProcessing { return }
        isProcessing = true
        defer { isProcessing = false }
        while !isHeld {
            do throws(TransportEnd) {
                guard let arrival = try transport.next() else { break }
                take(arrival)
            } catch {
                end(error)
                break
            }
        }
        if isReadHeld, !isHeld {
            isReadHeld = false
            context?.read()
        }
    }

    private func take(_ arrival: Arrival) {
        switch arrival {
        case .frame(let frame): if machine.phase != .closing { handle(frame) }
        case .malformed(let header):
            if machine.phase == .closing { return }
            refuse(
                .malformedMessage, action: header.action, sequenceID: header.sequenceID,
                version: machine.replyVersion(to: BodyVersion(rawValue: header.version)))
        case .answer(let bytes):
            write(bytes)
            // For whom a trusted proxy speaks is known with its request.
            if address == nil, services.proxies.contains(peerAddress) {
                count(AddressCensus.Address(clientAddress))
            }
        case .ping(let pong):
            if machine.phase == .closing { return }
            machine.heard(now: Connection.now())
            write(pong)
        case .goodbye: saidGoodbye()
        }
    }

    private func end(_ end: TransportEnd) {
        switch end {
        case .refused(let refusal): refuse(refusal)
        case .violation(let code): closeWhenAnswered(code)
        case .handshake(let answer):
            write(answer)
            closeWhenAnswered()
        }
    }

    private func refuse(_ refusal: FrameDecoder.Refusal) {
        let message =
            switch refusal {
            case .frameTooLarge:
                "A body has 0 to \(services.limits.frameBytesMax) bytes; "
                    + "this one has more, or less than none."
            case .unsupportedVersion:
                "Version \(refusal.header.version) is not spoken here; 1 is JSON, 2 Protobuf."
            }
        refuse(
            Refusal(refusal.code, message), action: refusal.header.action,
            sequenceID: refusal.header.sequenceID,
            version: machine.replyVersion(to: BodyVersion(rawValue: refusal.header.version)))
        closeWhenAnswered(CloseCode(refusal.code))
    }

    /// The client sends nothing more.
    private func saidGoodbye() {
        if awaitsGoodbye {
            context?.close(promise: nil)
        } else {
            closeWhenAnswered()
        }
    }

    private func count(_ client: AddressCensus.Address?) {
        if services.census.enter(client) {
            address = client
        } else {
            refuseAndClose(.tooManyConnections)
        }
    }

    // MARK: Writing

    /// Writes bytes to be flushed at the end of the task.
    func write(_ bytes: ByteBuffer) {
        guard let context else { return }
        budget.enqueue(bytes.readableBytes)
        unflushed += bytes.readableBytes
        context.write(wrapOutboundOut(bytes), promise: nil)
        hub.willFlush(self)
    }

    func flush() {
        isDirty = false
        let wasFull = unflushed >= services.limits.outboundBytesMax
        unflushed = 0
        context?.flush()
        // Behind TLS the channel saw none of it before, so it has no change to tell.
        if wasFull, isWritable {
            catchUp()
            process()
        }
    }

    /// Writes a message; `version`: one of its own, before the connection has one.
    func send(
        _ message: some MessageBody, action: IMAction, sequenceID: Int32 = 0,
        version: BodyVersion? = nil
    ) {
        let version = version ?? self.version
        write(
            body: BodyCoding.encode(message, version: version), action: action,
            sequenceID: sequenceID, version: version)
    }

    /// Writes a frame around an encoded body.
    func send(body: [UInt8], action: IMAction, sequenceID: Int32) {
        write(body: body, action: action, sequenceID: sequenceID, version: version)
    }

    private func write(
        body: [UInt8], action: IMAction, sequenceID: Int32, version: BodyVersion
    ) {
        guard transport.isOpen else { return }
        var frame = ByteBuffer()
        frame.writeFrame(
            body: body, action: action, sequenceID: sequenceID, version: version, form: form)
        write(frame)
    }

    /// Writes an Error.
    func refuse(
        _ refusal: Refusal, action: Int8, sequenceID: Int32, version: BodyVersion? = nil,
        clientMessageID: String = ""
    ) {
        services.metrics.refused(refusal.code)
        var error = IMError()
        error.code = refusal.code.rawValue
        error.message = refusal.message
        error.action = IMAction(rawValue: Int(action)) ?? .UNRECOGNIZED(Int(action))
        error.definite = refusal.code.isDefinite
        error.retryAfterMs = refusal.retryAfterMs
        error.clientMessageID = clientMessageID
        send(error, action: .error, sequenceID: sequenceID, version: version)
    }

    /// Refuses and ends the connection.
    private func refuseAndClose(_ refusal: Refusal, action: IMAction = .getMessageID) {
        refuse(refusal, action: Int8(truncatingIfNeeded: action.rawValue), sequenceID: 0)
        closeWhenAnswered(CloseCode(refusal.code))
        hub.flush()
    }

    // MARK: Requests under way

    func began() { inFlight += 1 }

    /// A request was answered.
    func finished() {
        inFlight -= 1
        if inFlight == 0, let farewell { say(farewell) }
        if inFlight == services.limits.requestsInFlightMax / 2 || inFlight == 0 { process() }
    }

    func beganReading() {
        began()
        readsInFlight += 1
    }

    func finishedReading() {
        readsInFlight -= 1
        finished()
        if readsInFlight == services.limits.readsInFlightMax / 2 { process() }
    }

    /// Whether one more send is allowed now; nil: yes, else the milliseconds to wait.
    func takeSendPermit() -> Int64? {
        let now = Connection.now()
        let own = identity?.sendsPerSecond
        if own == nil, let wait = sendLimiter?.take(now: now) { return wait }
        return services.sendLimits.take(userID, own: own, now: now)
    }

    // MARK: The end

    /// Ends in order: what came before is answered first.
    func closeWhenAnswered(_ code: CloseCode = .normal) {
        part(with: .close(code))
    }

    /// Ends with a Quit, behind what is under way.
    func quit(_ reason: QuitReason, title: String, reconnectAfterMs: Int64 = 0) {
        var quit = IMQuit()
        quit.reason = reason.rawValue
        quit.title = title
        quit.reconnectAfterMs = reconnectAfterMs
        part(with: .quit(quit, CloseCode(reason)))
    }

    private func part(with way: Farewell) {
        if machine.phase == .closing, farewell != nil || hasParted { return }
        machine.close()
        farewell = way
        if inFlight == 0 { say(way) }
    }

    private func say(_ way: Farewell) {
        farewell = nil
        hasParted = true
        guard let context else { return }
        defer { leaveHub() }
        // Without TLS nothing reaches the client.
        if isShakingHands { return context.close(promise: nil) }
        let code: CloseCode
        switch way {
        case .close(let reason): code = reason
        case .quit(let quit, let reason):
            send(quit, action: .quit)
            code = reason
        }
        isDirty = false
        let last = transport.goodbye(code) ?? ByteBuffer()
        let promise = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(last), promise: promise)
        let channel = context.channel
        // A peer that takes nothing more is not waited for.
        let deadline = context.eventLoop.scheduleTask(
            in: .seconds(Connection.farewellSecondsMax)
        ) { channel.close(promise: nil) }
        awaitsGoodbye = transport.awaitsGoodbye && !isInputClosed
        let patience = awaitsGoodbye ? Connection.goodbyeSecondsMax : 0
        promise.futureResult.whenComplete { _ in
            deadline.cancel()
            if patience == 0 { return channel.close(promise: nil) }
            let goodbye = channel.eventLoop.scheduleTask(in: .seconds(patience)) {
                channel.close(promise: nil)
            }
            channel.closeFuture.whenComplete { _ in goodbye.cancel() }
        }
    }

    /// Seconds that a connection may take to drain its last bytes.
    static let farewellSecondsMax: Int64 = 10
    /// Seconds that a client may take to say goodbye once it has all.
    static let goodbyeSecondsMax: Int64 = 2

    /// The channel is gone.
    private func end() {
        machine.close()
        services.census.leave(address)
        address = nil
        leaveHub()
        hub.closed(self)
        context = nil
    }

    /// Gives up the device and every conversation; also before the channel is closed.
    private func leaveHub() {
        behind = []
        hub.leave(self)
        guard let identity else { return }
        self.identity = nil
        services.metrics.deviceUnbound()
        if services.directory.unbind(identity.userID, place) {
            hub.announce(identity.userID, isOnline: false)
        }
        _ = store.offer(
            .cursors([
                .seen(
                    userID: identity.userID, device: identity.device, time: services.clock())
            ]))
    }

    /// Looks at the clocks: `now` is the monotonic one's, `time` milliseconds since the epoch.
    func tick(now: Int64, time: Int64) {
        let limits = services.limits
        switch machine.tick(
            now: now, heartbeat: Int64(limits.heartbeatSeconds) * 1_000,
            authentication: Int64(limits.authenticationSeconds) * 1_000)
        {
        case .nothing: break
        case .closeUnauthenticated:
            refuseAndClose(
                Refusal(
                    .unauthenticated,
                    "A connection authenticates within \(limits.authenticationSeconds) s."),
                action: .auth)
        case .quitIdle:
            if inFlight == 0 { quit(.idle, title: "Nothing was heard for two heartbeats.") }
        }
        if let identity, identity.expiresTime <= time {
            quit(.tokenRevoked, title: "The access token has expired; sign in again.")
        }
        guard let channel = context?.channel, machine.phase != .closing else { return }
        let buffered = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        bytesWaiting = buffered
        let isStalled = budget.isStalled(
            buffered: buffered, now: now, stallMax: Int64(limits.slowConsumerSeconds) * 1_000)
        if isStalled {
            quit(.slowConsumer, title: "This connection drains nothing; connect again.")
        }
    }
}
