/// Pages that were asked for.
extension Ledger {
    /// Messages of a page at most, and when no limit was named (PROTOCOL.md §6).
    static let pageMessagesMax = 500
    static let pageMessagesDefault = 100

    mutating func asking(_ device: Int32, _ conversation: Int32, _ pull: Int32) {
        guard isKnown(device, conversation) else { return }
        if asked.count >= Ledger.askedMax { asked.removeAll(keepingCapacity: true) }
        asked[pull] = Asked(
            step: step, ackedHead: conversations[Int(conversation)].ackedHead,
            known: conversations[Int(conversation)].known.last)
    }

    mutating func judge(_ page: Observation.SyncedPage) {
        guard isKnown(page.device, page.conversation) else { return }
        let asked = asked.removeValue(forKey: page.pull)
        devices[Int(page.device)].pageAsked = asked?.step ?? 0
        let known = conversations[Int(page.conversation)].known.last
        guard page.headSeq >= 0, page.headSeq <= Int64(known) + Ledger.seqLeapMax,
            page.headSeq < Int64(Int32.max),
            page.seqs.allSatisfy({ $0 <= page.headSeq })
        else {
            return found(page, "a seq beyond its head, or a head that is none")
        }
        // Its delivery counts as density.
        if page.seqs.contains(where: { $0 <= 0 }) { return }
        if let problem = limits(page) ?? ends(page) ?? isBehind(page, asked) ?? hole(page) {
            found(page, problem)
        } else if page.firstSeq > 1 {
            let index = place(page.device, page.conversation)
            if places[index].isPlain {
                noteIfPlain(
                    index, .syncGap, seq: Int32(clamping: page.firstSeq),
                    "device \(page.device) may read conversation \(page.conversation) from 1, "
                        + "and got a page that says from \(page.firstSeq)")
            }
        }
        if page.way == .final { noteFinal(page, asked) }
    }

    private mutating func found(_ page: Observation.SyncedPage, _ problem: String) {
        let position =
            page.after.map { "after \($0)" } ?? page.before.map { "before \($0)" } ?? "at the end"
        note(
            .syncGap, device: page.device, conversation: page.conversation,
            seq: page.seqs.first.flatMap { Int32(exactly: $0) },
            "device \(page.device) asked conversation \(page.conversation) for \(page.limit) "
                + "\(position) and got \(Ledger.name(page.seqs)) (head \(page.headSeq), first "
                + "\(page.firstSeq), more: \(page.hasMore)): \(problem)")
    }

    private static func name(_ seqs: [Int64]) -> String {
        guard let first = seqs.first, let last = seqs.last else { return "nothing" }
        return "\(seqs.count) from \(first) to \(last)"
    }

    /// The seqs that a page has to begin and end with, as far as its position tells.
    private func bounds(_ page: Observation.SyncedPage) -> (low: Int64?, high: Int64?) {
        if let after = page.after {
            return (max(min(max(after, 0), page.headSeq) + 1, page.firstSeq), nil)
        }
        guard let before = page.before else { return (nil, page.headSeq) }
        return (nil, min(before - 1, page.headSeq))
    }

    /// How much it holds, and what it says of itself.
    private func limits(_ page: Observation.SyncedPage) -> String? {
        let asked = page.limit == 0 ? Ledger.pageMessagesDefault : page.limit
        if page.seqs.count > min(max(asked, 1), Ledger.pageMessagesMax) { return "too many" }
        for (one, next) in zip(page.seqs, page.seqs.dropFirst()) where next <= one {
            return "\(next) behind \(one)"
        }
        guard let first = page.seqs.first, let last = page.seqs.last else {
            return page.hasMore ? "nothing, and more of it" : nil
        }
        if first < page.firstSeq { return "\(first) is before its first" }
        let isMore = page.after == nil ? first > page.firstSeq : last < page.headSeq
        return isMore == page.hasMore ? nil : "whether there is more is not so"
    }

    /// That it begins and ends where it was asked for.
    private func ends(_ page: Observation.SyncedPage) -> String? {
        let (low, high) = bounds(page)
        guard let first = page.seqs.first, let last = page.seqs.last else {
            let isEmpty =
                low.map { $0 > page.headSeq } ?? high.map { $0 < max(page.firstSeq, 1) } ?? true
            return isEmpty ? nil : "nothing, though there is something"
        }
        if let low, first < low { return "it was asked for what is behind \(low - 1)" }
        if let high, last > high { return "it was asked for what is before \(high + 1)" }
        return nil
    }

    /// A head below what was acknowledged when it was asked for; the final reading shows which
    /// messages are missing, and that is durability.
    private func isBehind(_ page: Observation.SyncedPage, _ asked: Asked?) -> String? {
        guard page.way != .final, let asked, page.headSeq < Int64(asked.ackedHead) else {
            return nil
        }
        return "\(asked.ackedHead) was acknowledged before"
    }

    /// What it leaves out between its ends. A seq of which nothing is known yet waits: when
    /// nobody ever sees it, the log itself has the hole.
    private mutating func hole(_ page: Observation.SyncedPage) -> String? {
        let (low, high) = bounds(page)
        var next = low ?? page.seqs.first ?? 1
        for seq in page.seqs {
            if seq > next, let problem = hole(page, next, seq - 1) { return problem }
            next = seq + 1
        }
        if let high, !page.seqs.isEmpty, next <= high { return hole(page, next, high) }
        return nil
    }

    private mutating func hole(
        _ page: Observation.SyncedPage, _ low: Int64, _ high: Int64
    ) -> String? {
        guard let low = Int32(exactly: low), let high = Int32(exactly: high) else { return nil }
        if let seq = known(page.conversation, low, high) { return "seq \(seq) is missing" }
        if pageHoles.count < Ledger.waitingMax {
            pageHoles.append(
                PageHole(
                    device: page.device, conversation: page.conversation, low: low, high: high,
                    time: now))
        }
        return nil
    }

    /// A seq between those two that was acknowledged or seen.
    private func known(_ conversation: Int32, _ low: Int32, _ high: Int32) -> Int32? {
        let known = conversations[Int(conversation)].known
        if known.contains(low) { return low }
        guard let run = known.missing(low, through: high).first, run.high < high else {
            return nil
        }
        return run.high + 1
    }

    mutating func judgePageHoles() {
        for hole in pageHoles {
            guard let seq = known(hole.conversation, hole.low, hole.high) else { continue }
            note(
                .syncGap, device: hole.device, conversation: hole.conversation, seq: seq,
                send: standing(hole.conversation, seq), at: hole.time,
                "device \(hole.device) got a page of conversation \(hole.conversation) "
                    + "without seq \(seq)")
        }
        pageHoles = []
    }

    private mutating func noteFinal(_ page: Observation.SyncedPage, _ asked: Asked?) {
        let conversation = Int(page.conversation)
        let (low, high) = bounds(page)
        let head = Int32(page.headSeq)
        // A page that was cut short spans what it holds; its end shows the rest.
        let start = low ?? page.seqs.first ?? page.firstSeq
        let end = high ?? page.seqs.last ?? start - 1
        if start > 0, start <= end {
            conversations[conversation].finalLog.spanned.insert(
                Int32(clamping: start), through: Int32(clamping: end))
        }
        guard let asked else { return }
        let log = conversations[conversation].finalLog
        if head < log.head { return }
        conversations[conversation].finalLog.head = head
        conversations[conversation].finalLog.knownWhenAsked = max(
            log.knownWhenAsked, asked.known)
    }
}
