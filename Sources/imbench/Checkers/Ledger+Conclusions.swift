/// What only the end allows to say, and what still lacks before it.
extension Ledger {
    /// Places (a device in a conversation) that lack something of what is known, up to `limit`.
    ///
    /// Looks at two numbers of a place that lacks nothing.
    func missingCount(limit: Int) -> Int {
        var count = 0
        for conversation in conversations.indices {
            let low = conversations[conversation].known.low
            let last = conversations[conversation].known.last
            if last == 0 { continue }
            for index in conversations[conversation].places {
                let at = Int(index)
                if places[at].held.high >= last, places[at].held.low <= low { continue }
                if lacking(at).isEmpty { continue }
                count += 1
                if count >= limit { return count }
            }
        }
        return count
    }

    /// What a device lacks of what is known, ascending.
    private func lacking(_ index: Int) -> [HeldSeqs.Run] {
        let known = conversations[Int(places[index].conversation)].known
        var lacking: [HeldSeqs.Run] = []
        for need in needed(index) {
            for gap in places[index].held.missing(need.low, through: need.high) {
                let open = excused[Int32(index)]?.missing(gap.low, through: gap.high) ?? [gap]
                for range in open {
                    // What is known within the range: what is not missing from it.
                    var next = range.low
                    for unknown in known.missing(range.low, through: range.high) {
                        if unknown.low > next {
                            lacking.append(.init(low: next, high: unknown.low - 1))
                        }
                        next = unknown.high + 1
                    }
                    if next <= range.high { lacking.append(.init(low: next, high: range.high)) }
                }
            }
        }
        return lacking
    }

    /// Draws the conclusions that only the end allows.
    ///
    /// `finalLogsRead`: final pages tell what is stored. `isDrained` false: the run was cut
    /// short, so that what did not arrive may be under way, and is not counted as lost.
    mutating func finish(finalLogsRead: Bool, isDrained: Bool = true) {
        judgePageHoles()
        judgeSuspicions()
        for conversation in conversations.indices {
            let gone = finalLogsRead ? judgeLog(conversation) : HeldSeqs()
            judgeDensity(conversation, finalLogsRead)
            judgeLeaks(conversation)
            if isDrained { judgeLoss(conversation, gone) }
        }
    }

    /// Counts what was acknowledged or seen and is not in the log any more; the seqs of it.
    private mutating func judgeLog(_ conversation: Int) -> HeldSeqs {
        let log = conversations[conversation].finalLog
        var gone = HeldSeqs()
        if log.head < 0 { return gone }
        for (seq, entry) in log.strange.sorted(by: { $0.key < $1.key })
        where log.seen.contains(seq) {
            note(
                .agreement, conversation: Int32(conversation), seq: seq, send: entry,
                "two readings of the log of conversation \(conversation) found "
                    + "\(Ledger.name(entry)) and "
                    + "\(Ledger.name(standing(Int32(conversation), seq))) at seq \(seq)")
        }
        for run in conversations[conversation].known.runs {
            for missing in log.seen.missing(run.low, through: run.high) {
                for seq in missing.low...missing.high {
                    let isCut = seq > log.head && seq <= log.knownWhenAsked
                    guard isCut || log.spanned.contains(seq) else { continue }
                    gone.insert(seq)
                    let entry = conversations[conversation].entries[Int(seq) - 1]
                    let isAcked = entry >= 0 && sends[Int(entry)].isAcked
                    note(
                        .durability, conversation: Int32(conversation), seq: seq, send: entry,
                        "\(Ledger.name(entry)) was \(isAcked ? "acknowledged" : "seen") at seq "
                            + "\(seq) of conversation \(conversation), and the log does not "
                            + "have it there")
                }
            }
        }
        return gone
    }

    /// Counts the holes in a log: seqs below its head at which nobody ever saw anything.
    private mutating func judgeDensity(_ conversation: Int, _ finalLogsRead: Bool) {
        let known = conversations[conversation]
        let last = known.known.last
        if last == 0 { return }
        // Without the log, only a single chat in which all was answered shows a hole: a group may
        // have an entry of the server's own that no device was there for.
        let isShown = !known.isGroup && known.unanswered == 0
        for hole in known.known.missing(1, through: last) {
            let seqs = known.phantoms.missing(hole.low, through: hole.high).filter {
                finalLogsRead && known.finalLog.spanned.covers($0.low, through: $0.high)
                    || isShown && $0.low > known.known.low
            }
            guard let first = seqs.first else { continue }
            note(
                .density, conversation: Int32(conversation), seq: first.low,
                "conversation \(conversation) goes on to seq \(last), and nothing stands at "
                    + "\(first.low)")
        }
    }

    /// Counts what reached devices whose users were no members at that place.
    private mutating func judgeLeaks(_ conversation: Int) {
        for index in conversations[conversation].places where !places[Int(index)].isPlain {
            let place = places[Int(index)]
            let user = devices[Int(place.device)].user
            let intervals = conversations[conversation].memberships[user]?.intervals ?? []
            var shown = place.held
            for run in shownLast[index]?.runs ?? [] {
                shown.insert(run.low, through: run.high)
            }
            for run in shown.runs {
                for seq in run.low...run.high
                where !intervals.contains(where: { $0.low <= seq && seq <= $0.high }) {
                    let entry = standing(Int32(conversation), seq)
                    if entry >= 0, sends[Int(entry)].device == place.device { continue }
                    leaked(Int(index), seq, leakTime(Int(index), seq))
                }
            }
        }
    }

    /// Counts what never arrived; `gone` is missing from the log itself and counted there.
    private mutating func judgeLoss(_ conversation: Int, _ gone: HeldSeqs) {
        for index in conversations[conversation].places {
            let device = places[Int(index)].device
            for range in lacking(Int(index)) {
                for seq in range.low...range.high where !gone.contains(seq) {
                    if isFull(.loss) {
                        counts[.loss, default: 0] += 1
                        continue
                    }
                    let entry = conversations[conversation].entries[Int(seq) - 1]
                    note(
                        .loss, device: device, conversation: Int32(conversation), seq: seq,
                        send: entry,
                        "device \(device) never got seq \(seq) of conversation "
                            + "\(conversation) (\(Ledger.name(entry)))")
                }
            }
        }
    }
}
