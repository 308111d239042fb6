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

    /// The stretches of the log that a device has to have in the end, as far as is known.
    func needed(_ index: Int) -> [HeldSeqs.Run] {
        let place = places[index]
        let last = conversations[Int(place.conversation)].known.last
        if place.needFrom > last { return [] }
        if place.isPlain { return [HeldSeqs.Run(low: place.needFrom, high: last)] }
        let user = devices[Int(place.device)].user
        guard let membership = conversations[Int(place.conversation)].memberships[user] else {
            return []
        }
        return membership.intervals.compactMap { interval in
            // Whoever left gets no more of what still waited for them then; what came shows
            // how far it had got.
            let high =
                interval.high == .max
                ? last
                : interval.low <= place.newest && place.newest <= interval.high
                    ? place.newest : 0
            let low = max(interval.low, place.needFrom)
            return low <= high ? HeldSeqs.Run(low: low, high: high) : nil
        }
    }
}
