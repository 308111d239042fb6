/// Who may see which part of a log.
extension Ledger {
    /// Notes a MEMBER_JOINED or MEMBER_LEFT entry.
    mutating func membershipChanged(_ delivery: Observation.Delivered, _ seq: Int32) {
        guard delivery.send == Observation.Delivered.serverEntry,
            delivery.code == Code.memberJoined || delivery.code == Code.memberLeft,
            devicesOfUser.indices.contains(Int(delivery.member))
        else { return }
        let conversation = Int(delivery.conversation)
        let user = delivery.member
        let isFounder = conversations[conversation].members.contains(user)
        var membership =
            conversations[conversation].memberships[user] ?? Membership(isFounder: isFounder)
        guard membership.note(seq, isJoin: delivery.code == Code.memberJoined) else { return }
        conversations[conversation].memberships[user] = membership
        for device in devicesOfUser[Int(user)] {
            let index = place(device, delivery.conversation)
            places[index].isPlain = false
        }
    }

    /// Whether a delivery is to be taken as one to a member.
    ///
    /// A join may be known later than what it opens, so most are judged in the end; a single chat
    /// has no joins.
    mutating func mayBeEntitled(_ index: Int, _ seq: Int32) -> Bool {
        let (device, conversation) = (places[index].device, places[index].conversation)
        let user = devices[Int(device)].user
        let known = conversations[Int(conversation)]
        if known.memberships[user]?.includes(seq) ?? known.members.contains(user) { return true }
        if !known.isGroup {
            leaked(index, seq, now)
            return false
        }
        if suspectedLeaks.count < Ledger.waitingMax {
            suspectedLeaks[Ledger.key(Int32(index), seq)] = now
        }
        return true
    }

    func leakTime(_ index: Int, _ seq: Int32) -> Int64 {
        suspectedLeaks[Ledger.key(Int32(index), seq)] ?? now
    }

    mutating func leaked(_ index: Int, _ seq: Int32, _ time: Int64) {
        let (device, conversation) = (places[index].device, places[index].conversation)
        note(
            .leak, device: device, conversation: conversation, seq: seq,
            send: standing(conversation, seq), at: time,
            "device \(device) of user \(devices[Int(device)].user) got seq \(seq) of "
                + "conversation \(conversation), where the user is no member")
    }

    /// The greatest seq that the log could have had at that time, when `known` was known.
    ///
    /// A send that was transmitted later is not below it, so the bound is the better the more is
    /// known of the log.
    func headMax(_ conversation: Int32, known: Int32, at time: Int64) -> Int32 {
        var head = Int(known)
        let count = conversations[Int(conversation)].entries.count
        while head < count {
            let entry = conversations[Int(conversation)].entries[head]
            if entry >= 0, sends[Int(entry)].transmitted > time { break }
            head += 1
        }
        return Int32(head)
    }

    /// Below this nothing has to reach a device: its first Auth came later. Nil: it never was on
    /// line.
    func neededFrom(_ index: Int) -> Int32? {
        guard let time = devices[Int(places[index].device)].firstOnline else { return nil }
        let head = headMax(
            places[index].conversation, known: places[index].knownWhenOnline, at: time)
        return max(1, head - Int32(quotas.newDeviceMin) + 1)
    }

    /// The stretches of the log that a device has to have in the end, as far as is known.
    func needed(_ index: Int) -> [HeldSeqs.Run] {
        guard let from = neededFrom(index) else { return [] }
        let (device, conversation) = (places[index].device, Int(places[index].conversation))
        let last = conversations[conversation].known.last
        if places[index].isPlain {
            return from > last ? [] : [HeldSeqs.Run(low: from, high: last)]
        }
        let user = devices[Int(device)].user
        guard let membership = conversations[conversation].memberships[user] else { return [] }
        let newest = places[index].newest
        return membership.intervals.compactMap { interval in
            // Whoever left gets no more of what still waited for them then; what came shows
            // how far it had got.
            let isIn = interval.low <= newest && newest <= interval.high
            let high = interval.high == .max ? last : isIn ? newest : 0
            let low = max(interval.low, from)
            return low <= high ? HeldSeqs.Run(low: low, high: high) : nil
        }
    }

    // MARK: Suspicions

    /// Counts a violation unless the user's membership turns out to have changed; in a single
    /// chat it cannot.
    mutating func noteIfPlain(
        _ index: Int, _ violation: Violation, seq: Int32, _ words: String
    ) {
        let (device, conversation) = (places[index].device, places[index].conversation)
        if !conversations[Int(conversation)].isGroup {
            note(violation, device: device, conversation: conversation, seq: seq, words)
        } else {
            suspect(index, violation, .plain, seq: seq, words)
        }
    }

    mutating func suspect(
        _ index: Int, _ violation: Violation, _ reason: Suspicion.Reason, seq: Int32,
        _ words: String
    ) {
        guard suspicions.count < Ledger.waitingMax else { return }
        suspicions.append(
            Suspicion(
                place: Int32(index), violation: violation, reason: reason, seq: seq, time: now,
                words: words))
    }

    mutating func judgeSuspicions() {
        for suspicion in suspicions where isConfirmed(suspicion) {
            let place = Int(suspicion.place)
            note(
                suspicion.violation, device: places[place].device,
                conversation: places[place].conversation, seq: suspicion.seq,
                at: suspicion.time, suspicion.words)
        }
        suspicions = []
    }

    private func isConfirmed(_ suspicion: Suspicion) -> Bool {
        let index = Int(suspicion.place)
        switch suspicion.reason {
        case .plain: return places[index].isPlain
        case .cursorBelow(let seq):
            return places[index].isPlain && neededFrom(index).map { $0 <= seq } ?? false
        case .headBelow(let seq, let known):
            return headMax(places[index].conversation, known: known, at: suspicion.time) < seq
        }
    }
}
