import FreeIMClient

/// The messages of a device's chats from given places on: each once, in the order of its log, and
/// none left out; what is not held is pulled.
struct MessageFeed {
    /// Messages taken from the cache at once.
    static let pageMessagesMax = 200
    /// Messages pulled at once.
    static let pullMessagesMax: Int64 = 500
    /// Events after which every chat is looked at: fewer than the client keeps for a slow reader,
    /// so that what an event lost would have told is not missed.
    static let eventsBetweenLooks = 1_000

    private let client: ChatClient
    /// Only this chat; nil: all.
    private var only: Int64?
    /// By chat, the seq of the last message given.
    private var places: [Int64: Int64]
    /// By chat, the highest seq held at the start.
    private var heldAtStart: [Int64: Int64] = [:]
    private var wasOnline = false
    private var eventsSinceLook = 0

    /// A feed; chats that `after` does not name begin with what is new to this device.
    init(_ client: ChatClient, only: Int64? = nil, after: [Int64: Int64]) throws {
        self.client = client
        self.only = only
        places = after
        for chat in try client.cache.conversations(ownID: client.userID) {
            let held = try client.cache.ranges(chat.chatroomID).ranges.last?.upperBound
            heldAtStart[chat.chatroomID] = max(held ?? 0, chat.ackSeq)
        }
    }

    /// The same feed for one chat, from other places on.
    func limited(to chatroomID: Int64, after places: [Int64: Int64]) -> MessageFeed {
        var feed = self
        feed.only = chatroomID
        feed.places = places
        return feed
    }

    /// These were shown some other way: when nothing before them is left to give, neither are they.
    mutating func skip(_ chatroomID: Int64, _ seqs: ClosedRange<Int64>) {
        let place = places[chatroomID] ?? 0
        if place + 1 >= seqs.lowerBound { places[chatroomID] = max(place, seqs.upperBound) }
    }

    /// Chats that have no place begin with their first message.
    mutating func beginsUnnamedAtFirst() {
        heldAtStart = [:]
        wasOnline = true
    }

    /// The places now: for each chat, the last seq that was given or that it began behind.
    mutating func positions() throws -> [Int64: Int64] {
        for chat in try chats() { _ = try place(chat) }
        return places
    }

    /// Gives what an event makes ready; `each` gets every message.
    nonisolated(nonsending) mutating func take(
        _ event: ChatEvent, each: (ChatMessage) async throws -> Void
    ) async throws {
        eventsSinceLook += 1
        if eventsSinceLook >= MessageFeed.eventsBetweenLooks { try await drainAll(each) }
        switch event {
        case .messages(let chatroomID): try await drain(chatroomID, each)
        case .received(let message):
            if message.seq > places[message.chatroomID] ?? 0 {
                try await drain(message.chatroomID, each)
            }
        case .connection(.online), .conversationsChanged: try await drainAll(each)
        case .connection, .receipt, .typing, .outbox, .signedOut, .notice: break
        }
    }

    /// Gives all that is ready.
    nonisolated(nonsending) mutating func drainAll(_ each: (ChatMessage) async throws -> Void)
        async throws
    {
        eventsSinceLook = 0
        for chat in try chats() {
            let place = try place(chat)
            if chat.headSeq > place { try await drain(chat.chatroomID, each) }
        }
        if await client.state == .online { wasOnline = true }
    }

    private func chats() throws -> [CachedConversation] {
        if let only {
            let chat = try client.cache.conversation(only, ownID: client.userID)
            return chat.map { [$0] } ?? []
        }
        return try client.cache.conversations(ownID: client.userID)
    }

    private mutating func place(_ chat: CachedConversation) throws -> Int64 {
        if let place = places[chat.chatroomID] { return place }
        var place = max(chat.firstSeq, 1) - 1
        if let held = heldAtStart[chat.chatroomID] {
            place = held
        } else if !wasOnline {
            // A chat of old that this device sees first: it begins where the server's cursor
            // for the device stood, before anything that has come since.
            let lowest = try client.cache.ranges(chat.chatroomID).ranges.first?.lowerBound
            place = lowest.map { min(chat.ackSeq, $0 - 1) } ?? chat.ackSeq
        }
        places[chat.chatroomID] = place
        return place
    }

    nonisolated(nonsending) private mutating func drain(
        _ chatroomID: Int64, _ each: (ChatMessage) async throws -> Void
    ) async throws {
        if let only, only != chatroomID { return }
        while !Task.isCancelled {
            guard let chat = try client.cache.conversation(chatroomID, ownID: client.userID)
            else { return }
            var place = max(try place(chat), max(chat.firstSeq, 1) - 1)
            let page = try client.cache.log(
                chatroomID, after: place, limit: MessageFeed.pageMessagesMax,
                ownID: client.userID)
            for message in page where message.seq == place + 1 {
                try await each(message)
                place += 1
                places[chatroomID] = place
            }
            places[chatroomID] = place
            if page.last?.seq == place { continue }
            guard chat.headSeq > place, try await pull(chatroomID, place + 1, chat.headSeq)
            else { return }
        }
    }

    /// Pulls what is missing from there on; false: it does not come now.
    nonisolated(nonsending) private func pull(_ chatroomID: Int64, _ seq: Int64, _ head: Int64)
        async throws -> Bool
    {
        let last = min(head, seq + MessageFeed.pullMessagesMax - 1)
        let hole = try client.cache.ranges(chatroomID).missing(in: seq...last).first
        guard let hole, hole.lowerBound == seq else { return true }
        do {
            try await client.pull(chatroomID, hole)
        } catch {
            return false
        }
        return try client.cache.ranges(chatroomID).missing(in: seq...seq).isEmpty
    }
}
