import FreeIMCore
import FreeIMProtocol

/// What makes this process the one that connects.
final class Ownership: Sendable {
    /// nil: this place has no locks, so nobody can be kept out.
    let lock: ProfileLock?
    /// nil: it cannot listen; it looks at every heartbeat then.
    let socket: PokeSocket?
    private let listener: Task<Void, Never>

    init(lock: ProfileLock?, socket: PokeSocket?, listener: Task<Void, Never>) {
        self.lock = lock
        self.socket = socket
        self.listener = listener
    }

    deinit {
        listener.cancel()
    }
}

extension ChatClient {
    /// Messages of one chat told one by one when another process stored them all at once.
    static let followedMessagesMax: Int64 = 500

    // MARK: The owner

    /// Whether this process is the one that connects, from now on if nobody else is.
    func becomeOwner() -> Bool {
        if ownership != nil { return true }
        var lock: ProfileLock?
        do {
            lock = try ProfileLock.take(options.cachePath + ".lock")
            if lock == nil { return false }
        } catch {
            eventSink.yield(.notice("\(error)"))
        }
        let (pokes, sink) = AsyncStream.makeStream(
            of: Poke.self, bufferingPolicy: .bufferingNewest(ChatClient.pokesMax))
        var socket: PokeSocket?
        do {
            socket = try PokeSocket(at: PokeSocket.path(of: options.cachePath)) { sink.yield($0) }
        } catch {
            eventSink.yield(.notice("\(error)"))
        }
        // Owned by the ownership; ends with it.
        let listener = Task { [weak self] in
            for await poke in pokes { await self?.take(poke) }
        }
        ownership = Ownership(lock: lock, socket: socket, listener: listener)
        role = .owner
        syncs = [:]
        try? cache.setMeta(Cache.linkKey, state.text)
        // Behind the socket: what is written from here on is poked.
        adoptOutbox()
        return true
    }

    private func adoptOutbox() {
        for item in (try? cache.outbox()) ?? [] where item.failure == nil {
            if outbox.enqueue(item.clientMessageID, chatroomID: item.chatroomID) {
                eventSink.yield(.outbox(chatroomID: item.chatroomID))
            }
        }
    }

    private func take(_ poke: Poke) async {
        guard role == .owner else { return }
        switch poke {
        case .outbox:
            adoptOutbox()
            await flushOutbox()
        case .read(let chatroomID):
            eventSink.yield(.conversationsChanged)
            guard let mark = try? cache.readMarks()[chatroomID] else { return }
            await sendRead(chatroomID, through: mark.read)
        case .held(let chatroomID):
            guard let ranges = try? cache.ranges(chatroomID) else { return }
            try? withSync(chatroomID) { $0.stored(ranges) }
            acksDirty.insert(chatroomID)
            scheduleAcks()
            eventSink.yield(.messages(chatroomID: chatroomID))
        case .typing(let chatroomID, let isTyping): await typing(chatroomID, isTyping)
        case .reconnect: reconnectNow()
        }
    }

    /// For an owner that cannot be poked.
    func lookForPokes() async {
        adoptOutbox()
        await flushOutbox()
    }

    // MARK: The follower

    /// Pokes the owner. When none is there, its successor looks at everything by itself.
    func poke(_ poke: Poke) {
        _ = PokeSocket.poke(poke, at: PokeSocket.path(of: options.cachePath))
    }

    /// Looks at the cache for as long as another process is connected.
    func follow() async {
        role = .follower
        var version: Int64 = -1
        var seen: CacheGlimpse?
        while !isStopped, !Task.isCancelled {
            let now = cache.dataVersion()
            if now != version, let glimpse = try? cache.glimpse() {
                version = now
                tell(glimpse, since: seen)
                seen = glimpse
            }
            try? await Task.sleep(for: .milliseconds(options.followMs))
            if isStopped || becomeOwner() { return }
        }
    }

    private func tell(_ new: CacheGlimpse, since old: CacheGlimpse?) {
        let link = ConnectionState(text: new.link)
        isSynced = link == .online
        setState(link)
        settle(new.sends)
        guard let old else { return }
        var isListChanged = Set(new.chats.keys) != Set(old.chats.keys)
        for (chatroomID, chat) in new.chats {
            let before = old.chats[chatroomID]
            if chat == before { continue }
            isListChanged = true
            if chat.held != before?.held || chat.newest != before?.newest {
                tellMessages(chatroomID, chat, before)
                eventSink.yield(.messages(chatroomID: chatroomID))
            }
            if chat.peerRead != before?.peerRead
                || chat.peerDelivered != before?.peerDelivered
            {
                eventSink.yield(.receipt(chatroomID: chatroomID))
            }
        }
        let changed = Set(new.sends.keys).symmetricDifference(old.sends.keys)
            .union(new.sends.keys.filter { new.sends[$0] != old.sends[$0] })
        for chatroomID in Set(changed.compactMap { (new.sends[$0] ?? old.sends[$0])?.chatroomID }) {
            eventSink.yield(.outbox(chatroomID: chatroomID))
        }
        if isListChanged || changed.isEmpty { eventSink.yield(.conversationsChanged) }
    }

    private func tellMessages(
        _ chatroomID: Int64, _ chat: CacheGlimpse.Chat, _ before: CacheGlimpse.Chat?
    ) {
        let last = before?.newest ?? 0
        guard chat.newest > last else { return }
        let limit = Int(min(chat.newest - last, ChatClient.followedMessagesMax))
        let newest = try? cache.messages(chatroomID, limit: limit, ownID: userID)
        for message in newest ?? [] where message.seq > last {
            eventSink.yield(.received(message))
        }
    }

    /// Tells those who wait for the answer to a send what became of it.
    private func settle(_ sends: [String: CacheGlimpse.Send]) {
        for id in answers.keys {
            if let failure = sends[id]?.failure {
                resolve(id, .refused(failure))
            } else if sends[id] == nil {
                resolve(id, storedAnswer(id) ?? .queued)
            } else if case .offline = state {
                resolve(id, .queued)
            }
        }
    }
}
