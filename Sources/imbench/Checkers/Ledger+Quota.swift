/// What is pushed to a device that comes back.
extension Ledger {
    private func quota(_ conversation: Int32) -> Int32 {
        Int32(conversations[Int(conversation)].isGroup ? quotas.group : quotas.single)
    }

    /// Judges the first push of a conversation on a connection, or the one behind a Gap.
    mutating func judgeFirst(_ index: Int, _ seq: Int32) {
        let place = places[index]
        places[index].gapThrough = 0
        var words: String {
            "device \(place.device) came back to conversation \(place.conversation) and got "
                + "seq \(seq) first"
        }
        if place.gapThrough != 0 {
            if seq == place.gapThrough + 1 || !place.isPlain { return }
            note(
                .quota, device: place.device, conversation: place.conversation, seq: seq,
                words + " behind a Gap through \(place.gapThrough)")
            return
        }
        if place.newest != 0 { return }
        let quota = quota(place.conversation)
        if seq <= place.low - quota {
            note(
                .quota, device: place.device, conversation: place.conversation, seq: seq,
                words + ", more than the newest \(quota) of at least \(place.low)")
        } else if place.isPlain, seq <= place.cursorFloor {
            note(
                .quota, device: place.device, conversation: place.conversation, seq: seq,
                words + ", more than the newest \(quotas.newDevice) at its first Auth")
        }
    }

    mutating func gap(_ device: Int32, _ conversation: Int32, _ from: Int64, _ through: Int64) {
        guard isKnown(device, conversation) else { return }
        let last = Int64(conversations[Int(conversation)].known.last)
        guard from > 0, through >= from, through <= last + Ledger.seqLeapMax,
            through < Int64(Int32.max)
        else {
            note(
                .quota, device: device, conversation: conversation,
                "device \(device) was told of a Gap from \(from) through \(through)")
            return
        }
        let index = place(device, conversation)
        let range = HeldSeqs.Run(low: Int32(from), high: Int32(through))
        if let problem = problem(index, range) {
            note(
                .quota, device: device, conversation: conversation, seq: range.high,
                "device \(device) was told of a Gap from \(from) through \(through) in "
                    + "conversation \(conversation): \(problem)")
        }
        excused[Int32(index), default: HeldSeqs()].insert(range.low, through: range.high)
        places[index].gapThrough = range.high
    }

    /// What is wrong with a Gap; nil: nothing that can be seen.
    private func problem(_ index: Int, _ gap: HeldSeqs.Run) -> String? {
        let place = places[index]
        let quota = quota(place.conversation)
        let headMax = conversations[Int(place.conversation)].headMax
        if place.isPlain, devices[Int(place.device)].connections == 1 {
            return "it connects for the first time"
        }
        if place.newest != 0 { return "it comes behind seq \(place.newest)" }
        if gap.high < place.low - quota {
            return "more than the newest \(quota) of at least \(place.low)"
        }
        if gap.high > headMax - quota {
            return "less than the newest \(quota) of at most \(headMax)"
        }
        // A cursor may be written late, so the Gap may begin earlier, never later.
        let cursorMax = max(
            place.acknowledged, place.needFrom == .max ? .max - 1 : place.needFrom - 1)
        if place.isPlain, gap.low > cursorMax + 1 {
            return "it had acknowledged \(place.acknowledged)"
        }
        return nil
    }
}
