import FreeIMClient
import FreeIMCore

/// The part of a conversation that is in memory, and the place in it that is on screen.
///
/// A window over what the cache holds: it moves by pages and never grows beyond `messagesMax`,
/// whatever the history. What is on screen is fixed by the item at the bottom, so nothing above
/// it has to be laid out.
struct Timeline: Equatable, Sendable {
    /// Messages asked of the cache at once.
    static let pageMessages = 100
    /// Messages in memory at most.
    static let messagesMax = 400
    /// Messages of a hole that are pulled at once.
    static let pullMessages: Int64 = 200
    /// Minutes after which a sender's name is shown again.
    static let nameMinutes: Int64 = 5

    /// What stands at the bottom of the screen.
    enum Anchor: Equatable, Sendable {
        /// The newest line, and what comes.
        case bottom
        /// That item, with so many of its rows below the edge.
        case item(TimelineItem.Key, clip: Int)
    }

    /// Messages of the log, ascending by seq, as the cache has them.
    private(set) var messages: [ChatMessage] = []
    /// What waits in the outbox, in order.
    private(set) var pending: [ChatMessage] = []
    /// The seqs that the cache holds.
    private(set) var held = SeqRanges()
    /// The oldest seq that may be read, and the newest there is.
    var first: Int64 = 1
    var head: Int64 = 0
    /// Whether the window ends with the newest message held, begins with the oldest.
    private(set) var reachesHead = true
    private(set) var reachesStart = true
    /// Where the unread rule stands: behind this seq; nil: none.
    var unreadBehind: Int64?
    /// The reader's own ID: own messages are not unread.
    var ownID: Int64 = 0
    var anchor = Anchor.bottom
    /// Holes being pulled now, by their upper ends.
    var pulling: Set<Int64> = []
    /// Holes that could not be pulled; they wait for a key or a click.
    var unpulled: Set<Int64> = []

    var isFollowing: Bool { anchor == .bottom }
    /// The newest seq in the window.
    var newestSeq: Int64 { messages.last?.seq ?? 0 }
    /// The newest message of all, one's own in the outbox aside.
    var newestRead: Int64? { reachesHead ? max(newestSeq, held.ranges.last?.upperBound ?? 0) : nil }

    // MARK: Pages

    /// Takes a page from the cache. `isRefresh`: the window's own messages, as they are now.
    mutating func take(_ load: PageLoad) {
        held = load.held
        pending = load.pending
        let page = load.messages
        if load.isRefresh {
            messages = page
            if case .newest = load.place {
                reachesHead = true
                reachesStart = page.count < load.limit
            } else if let oldest = page.first?.seq, let lowest = held.ranges.first?.lowerBound {
                // A hole above the window may have been filled meanwhile.
                if lowest < oldest { reachesStart = false }
            }
            return
        }
        let isShort = page.count < load.limit
        switch load.place {
        case .newest:
            messages = page
            reachesHead = true
            reachesStart = isShort
        case .around(let seq):
            messages = page
            let older = page.count { $0.seq < seq }
            reachesStart = older < load.limit / 2
            reachesHead = page.count - older < load.limit - load.limit / 2
        case .before(let seq):
            guard messages.first?.seq == seq else { return }
            messages = page + messages
            reachesStart = isShort
            if messages.count > Timeline.messagesMax {
                messages.removeLast(messages.count - Timeline.messagesMax)
                reachesHead = false
            }
        case .after(let seq):
            guard messages.last?.seq == seq else { return }
            messages += page
            reachesHead = isShort
            if messages.count > Timeline.messagesMax {
                messages.removeFirst(messages.count - Timeline.messagesMax)
                reachesStart = false
            }
        }
    }

    /// What to load to see the window as it is now.
    var refresh: (place: PagePlace, limit: Int) {
        let count = min(max(messages.count, Timeline.pageMessages), Timeline.messagesMax)
        guard !reachesHead, let oldest = messages.first?.seq else { return (.newest, count) }
        return (.after(oldest - 1), count)
    }

    // MARK: Items

    /// What stands in the window, from the oldest on.
    func items(day: (Int64) -> String) -> [TimelineItem] {
        var items: [TimelineItem] = []
        items.reserveCapacity(messages.count + pending.count + 8)
        var lastDay = ""
        var date = ""
        var quarter: Int64?
        var speaker: Int64?
        var spokeAt: Int64 = 0
        var isUnreadShown = false
        var expected = reachesStart ? first : messages.first?.seq ?? first
        if reachesStart, let oldest = messages.first?.seq, holes(expected, before: oldest).isEmpty {
            items.append(.start)
        }
        for message in messages {
            for hole in holes(expected, before: message.seq) {
                items.append(hole)
                speaker = nil
            }
            expected = message.seq + 1
            // Days begin at whole quarters of an hour, wherever one is.
            if message.time / 900_000 != quarter {
                quarter = message.time / 900_000
                date = day(message.time)
            }
            if date != lastDay {
                items.append(.day(date, before: message.seq))
                lastDay = date
                speaker = nil
            }
            if let behind = unreadBehind, !isUnreadShown, message.seq > behind,
                message.userID != ownID
            {
                items.append(.unread)
                isUnreadShown = true
                speaker = nil
            }
            let isClose = message.time - spokeAt < Timeline.nameMinutes * 60_000
            let showsName = message.userID != speaker || !isClose
            items.append(.message(message, showsName: showsName))
            speaker = message.isText ? message.userID : nil
            spokeAt = message.time
        }
        if reachesHead { items += holes(expected, before: head + 1) }
        for message in pending {
            items.append(.message(message, showsName: speaker != message.userID))
            speaker = message.userID
        }
        return items
    }

    /// The parts that are not held from `low` on, before `end`.
    private func holes(_ low: Int64, before end: Int64) -> [TimelineItem] {
        guard end > low else { return [] }
        return held.missing(in: low...(end - 1)).map {
            .hole($0, isLoading: pulling.contains($0.upperBound))
        }
    }
}

/// A page from the cache, with what the screen needs to know beside it.
struct PageLoad: Equatable, Sendable {
    var chatroomID: Int64
    var place: PagePlace
    var limit: Int
    var isRefresh = false
    var messages: [ChatMessage]
    var pending: [ChatMessage]
    var held: SeqRanges
    var names: [Int64: String] = [:]
}
