/// What is pushed to a device that comes back.
extension Ledger {
    private func quota(_ conversation: Int32) -> Int32 {
        Int32(conversations[Int(conversation)].isGroup ? quotas.group : quotas.single)
    }

    /// Judges the first push of a conversation on a connection, or the one behind a Gap.
    mutating func judgeFirst(_ index: Int, _ seq: Int32) {
        let (newest, through) = (places[index].newest, places[index].gapThrough)
        let (device, conversation) = (places[index].device, places[index].conversation)
        places[index].gapThrough = 0
        var words: String {
            "device \(device) came back to conversation \(conversation) and got seq \(seq) first"
        }
        if through != 0 {
            if seq == through + 1 { return }
            return noteIfPlain(
                index, .quota, seq: seq, words + ", behind a Gap through \(through)")
        }
        if newest != 0 { return }
        let (quota, low) = (quota(conversation), places[index].low)
        if seq <= low - quota {
            note(
                .quota, device: device, conversation: conversation, seq: seq,
                words + ", more than the newest \(quota) of at least \(low)")
        } else if places[index].isPlain, seq <= places[index].cursorFloor {
            noteIfPlain(
                index, .quota, seq: seq,
                words + ", more than the newest \(quotas.newDevice) at its first Auth")
        }
    }

    mutating func gap(_ device: Int32, _ conversation: Int32, _ from: Int64, _ through: Int64) {
        guard isKnown(device, conversation) else { return }
        let words =
            "device \(device) was told of a Gap from \(from) through \(through) in "
            + "conversation \(conversation)"
        let last = Int64(conversations[Int(conversation)].known.last)
        guard from > 0, through >= from, through <= last + Ledger.seqLeapMax,
            through < Int64(Int32.max)
        else {
            return note(.quota, device: device, conversation: conversation, words)
        }
        let index = place(device, conversation)
        judgeGap(index, HeldSeqs.Run(low: Int32(from), high: Int32(through)), words)
        excused[Int32(index), default: HeldSeqs()].insert(Int32(from), through: Int32(through))
        places[index].gapThrough = Int32(through)
    }

    private mutating func judgeGap(_ index: Int, _ gap: HeldSeqs.Run, _ words: String) {
        let (device, conversation) = (places[index].device, places[index].conversation)
        let (quota, low) = (quota(conversation), places[index].low)
        let known = conversations[Int(conversation)].known.last
        var problem: String?
        if places[index].newest != 0 {
            problem = "behind seq \(places[index].newest)"
        } else if gap.high < low - quota {
            problem = "more than the newest \(quota) of at least \(low) are left"
        }
        if let problem {
            note(
                .quota, device: device, conversation: conversation, seq: gap.high,
                "\(words): \(problem)")
        } else if devices[Int(device)].connections == 1 {
            noteIfPlain(index, .quota, seq: gap.high, "\(words): it connects for the first time")
        } else if gap.low > places[index].acknowledged + 1 {
            // A cursor may be written late, so a Gap may begin earlier, never later.
            suspect(
                index, .quota, .cursorBelow(gap.low - 1), seq: gap.low,
                "\(words): it had acknowledged \(places[index].acknowledged)")
        } else if gap.high > known - quota {
            suspect(
                index, .quota, .headBelow(gap.high + quota, known: known), seq: gap.high,
                "\(words): less than the newest \(quota) are left")
        }
    }
}
