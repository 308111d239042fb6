import DequeModule

/// Sends that wait for their acknowledgement, in the order they were written.
///
/// A send keeps its ClientMessageId through every retry, so the server stores it once. Of each
/// conversation one send is under way at a time: whatever becomes of it, broken connection or
/// `busy`, no later one can pass it.
public struct OutboxMachine: Sendable {
    /// Sends under way at once, over all conversations.
    public static let windowMax = 16

    /// What the server says to a send.
    public enum Answer: Sendable, Equatable {
        case acknowledged
        /// It did not happen and would not the next time either.
        case refused(code: String)
        /// It may be tried again after so many milliseconds.
        case retry(afterMs: Int64)
    }

    /// Where a send is.
    enum Phase: Equatable {
        case waiting
        case underWay
    }

    struct Entry {
        let id: String
        let chatroomID: Int64
        var phase: Phase
    }

    private var entries: Deque<Entry> = []
    private var known: Set<String> = []
    private var isConnected = false
    private var notBefore: Int64 = 0

    public init() {}

    /// Sends that are not answered for good.
    public var ids: [String] { entries.map(\.id) }
    /// When to ask `takeReady` again although nothing happens; nil: no need.
    public var wakeAt: Int64? { notBefore > 0 && !entries.isEmpty ? notBefore : nil }

    /// Adds a send that is on disk; whether it is a new one.
    @discardableResult
    public mutating func enqueue(_ id: String, chatroomID: Int64) -> Bool {
        if !known.insert(id).inserted { return false }
        entries.append(Entry(id: id, chatroomID: chatroomID, phase: .waiting))
        return true
    }

    /// The connection can take sends.
    public mutating func connected() {
        isConnected = true
        notBefore = 0
    }

    /// The connection broke: whatever was under way is sent again, with the same ID.
    public mutating func disconnected() {
        isConnected = false
        for index in entries.indices { entries[index].phase = .waiting }
    }

    /// What to send now, in order, `most` at most; each counts as under way.
    public mutating func takeReady(now: Int64, most: Int = windowMax) -> [String] {
        guard isConnected, now >= notBefore else { return [] }
        notBefore = 0
        var ready: [String] = []
        var busy: Set<Int64> = []
        for index in entries.indices {
            if ready.count == most || busy.count == OutboxMachine.windowMax { break }
            guard busy.insert(entries[index].chatroomID).inserted,
                entries[index].phase == .waiting
            else { continue }
            entries[index].phase = .underWay
            ready.append(entries[index].id)
        }
        return ready
    }

    /// Takes the server's answer; whether the send is done with (acknowledged or refused).
    public mutating func answered(_ id: String, _ answer: Answer, now: Int64) -> Bool {
        guard let index = entries.firstIndex(where: { $0.id == id }) else { return false }
        switch answer {
        case .acknowledged, .refused:
            entries.remove(at: index)
            known.remove(id)
            return true
        case .retry(let afterMs):
            entries[index].phase = .waiting
            notBefore = max(notBefore, now + max(afterMs, 1))
            return false
        }
    }
}
