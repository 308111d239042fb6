import Crypto
import FreeIMCore
import FreeIMProtocol
import NIOCore

extension Connection {
    /// UTF-8 bytes of a DeviceID.
    static let deviceIDBytesMax = 128

    func authenticate(_ frame: Frame, version: BodyVersion) {
        guard let auth = try? BodyCoding.decode(IMAuth.self, from: frame.body, version: version)
        else { return refuseAuth(.malformedAuth, frame.header) }
        guard !auth.deviceID.isEmpty, auth.deviceID.utf8.count <= Connection.deviceIDBytesMax
        else { return refuseAuth(.missingDevice, frame.header) }
        authenticate(auth, frame.header, bySignIn: nil)
    }

    func signIn(_ frame: Frame, version: BodyVersion) {
        guard
            let request = try? BodyCoding.decode(
                IMSignIn.self, from: frame.body, version: version),
            request.deviceID.utf8.count <= Connection.deviceIDBytesMax
        else { return refuseAuth(.malformedAuth, frame.header) }
        began()
        let address = clientAddress
        let (check, bound) = (signInCheck, NIOLoopBound(self, eventLoop: hub.eventLoop))
        let (loop, header) = (hub.eventLoop, frame.header)
        // Owned by the connection: one a connection, ends with the check's own time limit.
        Task {
            let result: Result<IMAuthReply, Refusal>
            do {
                result = .success(try await check(request, address))
            } catch let refusal as Refusal {
                result = .failure(refusal)
            } catch {
                result = .failure(Refusal(.internal, "Signing in failed; try again."))
            }
            loop.execute { bound.value.signedIn(request, result, header) }
        }
    }

    private func signedIn(
        _ request: IMSignIn, _ result: Result<IMAuthReply, Refusal>, _ header: FrameHeader
    ) {
        defer {
            finished()
            hub.flush()
        }
        guard context != nil, machine.phase == .authenticating else { return }
        switch result {
        case .failure(let refusal): refuseAuth(refusal, header)
        case .success(let reply):
            if request.deviceID.isEmpty {
                machine.signedInWithoutDevice()
                send(completed(reply), action: .signIn, sequenceID: header.sequenceID)
                process()
                return
            }
            var auth = IMAuth()
            auth.userID = reply.userID
            auth.deviceID = request.deviceID
            auth.deviceType = request.deviceType
            auth.clientType = request.clientType
            auth.accessToken = reply.accessToken
            authenticate(auth, header, bySignIn: reply)
        }
    }

    /// Checks the token and loads the session on a reader's thread; a device never seen before is
    /// registered first.
    private func authenticate(_ auth: IMAuth, _ header: FrameHeader, bySignIn: IMAuthReply?) {
        began()
        let tokenHash = Array(SHA256.hash(data: Array(auth.accessToken.utf8)))
        early = EarlyEvents(deviceID: auth.deviceID, tokenHash: tokenHash)
        hub.watch(self, userID: auth.userID)
        load(auth, tokenHash) { connection, result in
            switch result {
            case .failure(let refusal): connection.refuseAuth(refusal, header)
            case .success(let load) where load.device == 0:
                connection.register(auth, tokenHash, header, bySignIn)
                return
            case .success(let load):
                connection.bind(auth, load, header, bySignIn, isNew: false)
            }
            connection.finished()
        }
    }

    private func register(
        _ auth: IMAuth, _ tokenHash: [UInt8], _ header: FrameHeader, _ bySignIn: IMAuthReply?
    ) {
        let (store, loop) = (store, hub.eventLoop)
        let bound = NIOLoopBound(self, eventLoop: loop)
        // Never more than a returning device is pushed: a new one gets no Gap.
        let limits = services.limits
        let newest = Int64(
            min(
                limits.newDeviceMessagesMax, limits.offlineSingleMessagesMax,
                limits.offlineGroupMessagesMax))
        // Owned by the connection: ends with the write, which the store always answers.
        Task {
            do {
                try await store.registerDevice(
                    userID: auth.userID, deviceID: auth.deviceID, deviceType: auth.deviceType,
                    clientType: auth.clientType, newest: newest)
            } catch {
                let refusal =
                    error as? Refusal ?? Refusal(.internal, "The device was not registered.")
                loop.execute {
                    bound.value.refuseAuth(refusal, header)
                    bound.value.finished()
                    bound.value.hub.flush()
                }
                return
            }
            loop.execute {
                bound.value.load(auth, tokenHash) { connection, result in
                    switch result {
                    case .failure(let refusal): connection.refuseAuth(refusal, header)
                    case .success(let load):
                        connection.bind(auth, load, header, bySignIn, isNew: true)
                    }
                    connection.finished()
                }
            }
        }
    }

    /// Loads the session on a reader's thread and comes back to the event loop.
    private func load(
        _ auth: IMAuth, _ tokenHash: [UInt8],
        then: @escaping @Sendable (Connection, Result<SessionLoad, Refusal>) -> Void
    ) {
        let (store, loop, now) = (store, hub.eventLoop, services.clock())
        let bound = NIOLoopBound(self, eventLoop: loop)
        store.onReader {
            let result: Result<SessionLoad, Refusal>
            do {
                result = .success(
                    try store.loadSession(
                        userID: auth.userID, deviceID: auth.deviceID, tokenHash: tokenHash,
                        now: now))
            } catch {
                result = .failure(Connection.refusal(for: error))
            }
            loop.execute {
                then(bound.value, result)
                bound.value.hub.flush()
            }
        }
    }

    /// What a failed read is to the client.
    static func refusal(for error: any Error) -> Refusal {
        error as? Refusal
            ?? Refusal(.internal, "The server could not read; try again.", retryAfterMs: 500)
    }

    func refuseAuth(_ refusal: Refusal, _ header: FrameHeader) {
        hub.unwatch(self)
        guard context != nil, machine.phase == .authenticating else { return }
        refuse(refusal, action: header.action, sequenceID: header.sequenceID)
        closeWhenAnswered(CloseCode(refusal.code))
    }

    /// The token is good: takes the device's place, answers, and begins to deliver.
    private func bind(
        _ auth: IMAuth, _ load: SessionLoad, _ header: FrameHeader, _ bySignIn: IMAuthReply?,
        isNew: Bool
    ) {
        guard context != nil, machine.phase == .authenticating else { return hub.unwatch(self) }
        if early.revoked != nil {
            return refuseAuth(Refusal(.badToken, "The access token was revoked."), header)
        }
        let bound = services.directory.bind(
            load.userID,
            DeviceDirectory.Binding(
                device: load.device, deviceType: auth.deviceType, place: place))
        guard let bound else { return refuseAuth(.tooManyDevices, header) }
        identity = Identity(
            userID: load.userID, device: load.device, deviceID: auth.deviceID,
            deviceType: auth.deviceType, clientType: auth.clientType, tokenHash: load.tokenHash,
            expiresTime: load.expiresTime, sendsPerSecond: load.sendsPerSecond)
        services.metrics.deviceBound()
        for (place, reason) in bound.replaced { hub.network.end(place, reason) }
        if bound.cameOnline { hub.announce(load.userID, isOnline: true) }
        var reply = bySignIn ?? IMAuthReply()
        if bySignIn == nil {
            reply.userID = load.userID
            reply.expiresTime = load.expiresTime
        }
        let rooms = early.applied(to: load.rooms)
        early.memberships = []
        let answer = reply
        // Under way until it is answered: a Quit meanwhile leaves behind the answer.
        began()
        beginDelivery(rooms) { connection, isLoaded in
            if isLoaded { connection.welcome(answer, header, bySignIn: bySignIn != nil) }
            connection.finished()
        }
    }

    /// Answers the Auth. Every conversation's place is known now, so whatever is committed from
    /// here on is pushed; what lies behind follows in pages.
    private func welcome(_ reply: IMAuthReply, _ header: FrameHeader, bySignIn: Bool) {
        machine.bound(bySignIn: bySignIn)
        send(
            completed(reply), action: bySignIn ? .signIn : .auth, sequenceID: header.sequenceID)
        if isBound { joinEarly() }
        process()
    }

    private func completed(_ reply: IMAuthReply) -> IMAuthReply {
        var reply = reply
        reply.status = "ok"
        reply.serverTime = services.clock()
        reply.heartbeatSeconds = Int32(services.limits.heartbeatSeconds)
        reply.frameBytesMax = Int32(services.limits.frameBytesMax)
        return reply
    }

    /// An Auth behind a SignIn of the same user and device; any other is forbidden.
    func confirmAuthentication(_ frame: Frame, version: BodyVersion) {
        let auth = try? BodyCoding.decode(IMAuth.self, from: frame.body, version: version)
        guard let auth, let identity, auth.userID == identity.userID,
            auth.deviceID == identity.deviceID,
            Array(SHA256.hash(data: Array(auth.accessToken.utf8))) == identity.tokenHash
        else {
            return refuse(
                Refusal(.forbidden, "This connection is bound already."),
                action: frame.header.action, sequenceID: frame.header.sequenceID)
        }
        var reply = IMAuthReply()
        reply.userID = identity.userID
        send(completed(reply), action: .auth, sequenceID: frame.header.sequenceID)
    }

    /// The peer's IP address.
    var peerAddress: String { context?.remoteAddress?.ipAddress ?? "" }

    /// The client's IP address, also behind a trusted proxy.
    var clientAddress: String {
        services.proxies.client(peer: peerAddress, forwarded: [transport.forwardedFor])
    }

    /// The server is going down.
    func drain(reconnectAfterMs: Int64) {
        quit(
            .serverShutdown, title: "The server is going down; connect again later.",
            reconnectAfterMs: reconnectAfterMs)
    }

    // MARK: What happens to the user meanwhile

    func matches(_ closing: ConnectionClosing) -> Bool {
        let ownDevice = identity?.deviceID ?? early.deviceID
        let ownHash = identity?.tokenHash ?? early.tokenHash
        if let deviceID = closing.deviceID, deviceID != ownDevice { return false }
        if let hash = closing.tokenHash, hash != ownHash { return false }
        if let except = closing.exceptTokenHash, except == ownHash { return false }
        return true
    }

    func revoked(_ reason: QuitReason) {
        if identity == nil {
            early.revoked = reason
        } else {
            let title =
                reason == .accountDeleted
                ? "The account was deleted." : "The access token was revoked; sign in again."
            quit(reason, title: title)
        }
    }
}

extension Refusal {
    static let malformedMessage = Refusal(
        .malformedBody,
        "A binary message is one frame, a text message one envelope, and their lengths fit.")
    static let malformedAuth = Refusal(.malformedBody, "The body is not what this action takes.")
    static let tooManyDevices = Refusal(
        .rateLimited, "Too many devices of this account are on line; close one.",
        retryAfterMs: 5_000)
    static let tooManyConnections = Refusal(
        .rateLimited, "Too many connections from this address.", retryAfterMs: 5_000)
    static let missingDevice = Refusal(
        .malformedBody, "DeviceID names this device: 1 to 128 bytes, the same at every Auth.")
}
