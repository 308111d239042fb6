/// What reached a device.
extension Ledger {
    mutating func delivered(_ delivery: Observation.Delivered) -> News {
        guard isKnown(delivery.device, delivery.conversation),
            let seq = checked(
                delivery.seq, delivery.conversation, delivery.device, delivery.send),
            isReal(delivery, seq)
        else { return .nothing }
        if delivery.member >= 0 { membershipChanged(delivery, seq) }
        let place = place(delivery.device, delivery.conversation)
        if !places[place].isPlain, !mayBeEntitled(place, seq) { return .nothing }
        if let problem = contentProblem(delivery) {
            note(
                .corruption, device: delivery.device, conversation: delivery.conversation,
                seq: seq, send: delivery.send, problem)
            if delivery.send >= 0, delivery.content >= 0, delivery.content != delivery.send {
                note(
                    .agreement, device: delivery.device, conversation: delivery.conversation,
                    seq: seq, send: delivery.send, problem)
            }
        }
        if delivery.way == .final {
            shownAtLast(delivery, place, seq)
            return .nothing
        }
        let standing = self.standing(delivery.conversation, seq)
        if !assign(delivery.send, Int(delivery.conversation), seq) {
            disagreed(delivery, seq, standing)
        }
        switch delivery.way {
        case .push, .offlinePage: arrived(delivery, place, seq)
        case .pulled, .final: break
        }
        let isOwn =
            delivery.send >= 0 && sends[Int(delivery.send)].device == delivery.device
        guard places[place].held.insert(seq) else {
            if delivery.way != .pulled, !isOwn { repeats += 1 }
            return .nothing
        }
        deliveries += 1
        if delivery.send < 0 || isOwn { return .nothing }
        return .delivered(send: Int(delivery.send), device: Int(delivery.device))
    }

    func standing(_ conversation: Int32, _ seq: Int32) -> Int32 {
        let at = Int(seq) - 1
        return at < conversations[Int(conversation)].entries.count
            ? conversations[Int(conversation)].entries[at] : Conversation.unknown
    }

    /// Whether somebody of this run sent it there, or the server wrote it.
    private mutating func isReal(_ delivery: Observation.Delivered, _ seq: Int32) -> Bool {
        let send = delivery.send
        if send == Observation.Delivered.serverEntry { return true }
        let words: String
        if send < 0 || !isMade(send) {
            words =
                send < 0
                ? "got a message that nobody sent" : "got send \(send) before it was made"
        } else if sends[Int(send)].conversation != delivery.conversation {
            words = "got send \(send), which went to conversation \(sends[Int(send)].conversation)"
        } else {
            return true
        }
        note(
            .phantom, device: delivery.device, conversation: delivery.conversation, seq: seq,
            send: send,
            "device \(delivery.device) \(words), at seq \(seq) of conversation "
                + "\(delivery.conversation)")
        conversations[Int(delivery.conversation)].phantoms.insert(seq)
        return false
    }

    private mutating func disagreed(
        _ delivery: Observation.Delivered, _ seq: Int32, _ standing: Int32
    ) {
        let elsewhere = delivery.send >= 0 ? sends[Int(delivery.send)].seq : 0
        note(
            .agreement, device: delivery.device, conversation: delivery.conversation, seq: seq,
            send: delivery.send,
            "device \(delivery.device) got \(Ledger.name(delivery.send)) at seq \(seq) of "
                + "conversation \(delivery.conversation), "
                + (standing == Conversation.unknown
                    ? "which stands at seq \(elsewhere)"
                    : "where \(Ledger.name(standing)) stands"))
    }

    // MARK: Content

    /// What is wrong with a content; nil: it is what was sent, an edit of it, or recalled.
    private func contentProblem(_ delivery: Observation.Delivered) -> String? {
        let (send, content) = (delivery.send, delivery.content)
        let isPage = delivery.way == .pulled || delivery.way == .final
        if content == send, send >= 0, !isPage || recalls.isEmpty { return nil }
        if content == Observation.Delivered.unreadable {
            return "device \(delivery.device) got \(Ledger.name(send)) with a content that "
                + "nobody wrote"
        }
        if send < 0 { return nil }
        let known = sends[Int(send)]
        if content == Observation.Delivered.empty {
            if known.code == Code.recall || recalls[send] != nil { return nil }
            // A recall empties the edits of its message too.
            if known.code == Code.edit, recalls[known.target] != nil { return nil }
            return "device \(delivery.device) got send \(send) empty, and nobody recalled it"
        }
        if isPage, let recall = recalls[send],
            recall.ackedStep < devices[Int(delivery.device)].pageAsked
        {
            return "device \(delivery.device) asked for a page after the recall of send "
                + "\(send) was acknowledged, and got its text"
        }
        if content == send { return nil }
        if isMade(content), sends[Int(content)].code == Code.edit,
            sends[Int(content)].target == send
        {
            return nil
        }
        return "device \(delivery.device) got send \(send) with the text of send \(content)"
    }

    // MARK: Order on one connection

    private mutating func arrived(
        _ delivery: Observation.Delivered, _ index: Int, _ seq: Int32
    ) {
        let newest = places[index].newest
        if newest == 0 || places[index].gapThrough != 0 { judgeFirst(index, seq) }
        var words: String {
            "device \(delivery.device) got seq \(seq) of conversation \(delivery.conversation)"
        }
        if seq > newest {
            places[index].newest = seq
            if newest == 0 { places[index].first = seq }
            if delivery.way == .push, delivery.send >= 0 {
                let send = sends[Int(delivery.send)]
                guard send.device == delivery.device, !send.isHTTP else { return }
                note(
                    .dup, device: delivery.device, conversation: delivery.conversation,
                    seq: seq, send: delivery.send, words + ", which it sent itself, as a push")
            }
            return
        }
        let isDouble =
            seq == newest || seq >= places[index].first && places[index].held.contains(seq)
        note(
            isDouble ? .dup : .order, device: delivery.device,
            conversation: delivery.conversation, seq: seq, send: delivery.send,
            words + (isDouble ? " twice on one connection" : " behind seq \(newest)"))
    }

    // MARK: The final reading

    private mutating func shownAtLast(
        _ delivery: Observation.Delivered, _ place: Int, _ seq: Int32
    ) {
        let conversation = Int(delivery.conversation)
        if !places[place].isPlain { shownLast[Int32(place), default: HeldSeqs()].insert(seq) }
        let elsewhere = delivery.send >= 0 ? sends[Int(delivery.send)].seq : 0
        let isTwice =
            elsewhere != 0 && elsewhere != seq
            && conversations[conversation].finalLog.seen.contains(elsewhere)
        if assign(delivery.send, conversation, seq) {
            conversations[conversation].finalLog.seen.insert(seq)
        } else if isTwice {
            note(
                .density, device: delivery.device, conversation: delivery.conversation,
                seq: seq, send: delivery.send,
                "the log of conversation \(conversation) has \(Ledger.name(delivery.send)) at "
                    + "seq \(seq) and at \(elsewhere)")
        } else if conversations[conversation].finalLog.strange[seq] == nil {
            // What stood there, or where this stood, is found missing in the end; when another
            // reader finds it, the two disagree.
            conversations[conversation].finalLog.strange[seq] = delivery.send
        }
    }
}
