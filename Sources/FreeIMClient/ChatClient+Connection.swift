import FreeIMCore
import FreeIMHTTPClient
import FreeIMProtocol
import NIOCore
import NIOPosix

extension ChatClient {
    /// Milliseconds that a server may tell a client to wait.
    static let serverWaitMsMax: Int64 = 300_000
    /// Seconds between two heartbeats at most, whatever the server says.
    static let heartbeatSecondsMax: Int64 = 300

    func run() async {
        while !isStopped {
            guard becomeOwner() else {
                await follow()
                continue
            }
            guard await connectOnce() else { break }
        }
        runner = nil
    }

    /// One connection from its beginning to its end; whether to try another.
    private func connectOnce() async -> Bool {
        setState(.connecting)
        let began = ContinuousClock.now
        var reason = "the connection was closed"
        var isRefused = false
        var isDistrusted = false
        do {
            try await connectAndServe()
        } catch {
            reason = ChatClient.reason(error)
            isRefused = ChatClient.isFinal(error)
            isDistrusted = error is TLSFailure
        }
        let wasGood = session?.isAuthenticated == true
        let quit = session?.quit
        ended(ClientError.offline(reason))
        if isStopped { return false }
        if isRefused {
            setState(.offline(reason: reason, retryMs: nil))
            eventSink.yield(.signedOut(reason: reason))
            return false
        }
        if let quit, !shouldReturn(after: quit) { return false }
        if wasGood, ContinuousClock.now - began >= .milliseconds(options.steadyMs) {
            backoff.reset()
        }
        var wait = backoff.next(random: Double.random(in: 0..<1))
        if let quit {
            reason = quit.title.isEmpty ? quit.reason : quit.title
            wait = max(wait, min(quit.reconnectAfterMs, ChatClient.serverWaitMsMax))
        }
        if isDistrusted { wait = max(wait, options.distrustMs) }
        let pause = wait
        let sleep = Task { try await Task.sleep(for: .milliseconds(pause)) }
        sleeper = sleep
        setState(.offline(reason: reason, retryMs: wait))
        _ = await sleep.result
        return !isStopped
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case ClientError.offline(let reason): reason
        case let error as ClientError: error.description
        case let failure as TLSFailure: failure.advice
        case is NIOConnectionError: "nobody answers at this address"
        case is CancellationError: "stopped"
        case let error as FrameDecoder.Refusal: "the server speaks nonsense (\(error.code))"
        default: "\(error)"
        }
    }

    /// Whether the server will not take this device's token, ever.
    private static func isFinal(_ error: any Error) -> Bool {
        guard case ClientError.refused(let code, _) = error else { return false }
        return code == ErrorCode.badToken.rawValue || code == ErrorCode.tokenExpired.rawValue
    }

    /// Whether to connect again by itself after a Quit from the server.
    private func shouldReturn(after quit: IMQuit) -> Bool {
        switch QuitReason(rawValue: quit.reason) {
        case .replaced, .kickedByOtherDevice:
            let reason = quit.title.isEmpty ? "another connection took this place" : quit.title
            setState(.offline(reason: reason, retryMs: nil))
            return false
        case .tokenRevoked, .accountDeleted:
            let reason = quit.title.isEmpty ? "signed out" : quit.title
            setState(.offline(reason: reason, retryMs: nil))
            eventSink.yield(.signedOut(reason: reason))
            return false
        case .serverShutdown, .slowConsumer, .protocolError, .idle, nil: return true
        }
    }

    private func connectAndServe() async throws {
        let link = try await FrameLink.connect(
            host: options.host, port: options.port, tls: options.tls, group: group)
        let channel = link.channel.channel
        try await link.channel.executeThenClose { inbound, outbound in
            opened(channel, outbound)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var failure: any Error = ClientError.offline("the connection was closed")
                    do {
                        for try await batch in inbound { await self.receive(batch) }
                    } catch {
                        failure = error
                    }
                    // Before the group waits for its children: one of them may wait for a reply.
                    await self.abandonRequests(
                        failure is TLSFailure
                            ? failure : ClientError.offline(ChatClient.reason(failure)))
                    throw failure
                }
                group.addTask {
                    try await self.authenticate()
                    try await self.beat()
                }
                defer { group.cancelAll() }
                while try await group.next() != nil {}
            }
        }
    }

    private func opened(
        _ channel: any Channel, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        session = Session(
            channel: channel, outbound: outbound, version: options.bodyVersion,
            nextSequenceID: nextSequenceID)
    }

    private func authenticate() async throws {
        var auth = IMAuth()
        auth.userID = options.userID
        auth.accessToken = options.token
        auth.deviceID = options.deviceID
        auth.deviceType = options.deviceType
        auth.clientType = options.clientType
        let frame = try await request(auth, action: .auth)
        let reply = try decode(IMAuthReply.self, frame)
        session?.isAuthenticated = true
        session?.heartbeatSeconds = min(
            Int64(max(reply.heartbeatSeconds, 1)), ChatClient.heartbeatSecondsMax)
        if reply.frameBytesMax > 0 { session?.frameBytesMax = Int(reply.frameBytesMax) }
        outbox.connected()
        try await refreshConversations()
        isSynced = true
        setState(.online)
        await flushOutbox()
        if !acksDirty.isEmpty { scheduleAcks() }
        wantSync()
    }

    private func beat() async throws {
        while !Task.isCancelled {
            let seconds = session?.heartbeatSeconds ?? 30
            try await Task.sleep(for: .seconds(max(1, seconds - 1)))
            guard session?.isAuthenticated == true else { continue }
            // The server answers heartbeats: one that says nothing between two is gone.
            if session?.isHeard == false {
                throw ClientError.offline("the server has fallen silent")
            }
            session?.isHeard = false
            try await write(IMHeartbeat(), action: .heartbeat, sequenceID: 0)
            if ownership?.socket == nil { await lookForPokes() }
            noteOverdue()
            if hasSyncWork { wantSync() }
        }
    }

    /// No reply comes any more: whoever waits for one is told, and nobody new may wait.
    func abandonRequests(_ error: any Error) {
        session?.isClosed = true
        let waiting = session?.waiting ?? [:]
        session?.waiting = [:]
        for continuation in waiting.values { continuation.resume(throwing: error) }
    }

    /// The connection is gone: sends will go out again with the next one.
    private func ended(_ error: any Error) {
        abandonRequests(error)
        nextSequenceID = session?.nextSequenceID ?? nextSequenceID
        session = nil
        isSynced = false
        sendTimer?.cancel()
        sendTimer = nil
        retryTimer?.cancel()
        outbox.disconnected()
        holesSeen = [:]
        overdue = []
        pulledInVain = [:]
        suspects = []
        for id in answers.keys { resolve(id, .queued) }
    }

    /// Ends the connection of this moment; the next attempt follows by itself.
    func hangUp() {
        session?.isClosed = true
        session?.channel.close(promise: nil)
    }
}
