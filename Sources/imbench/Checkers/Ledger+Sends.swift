/// What was sent and what the server answered.
extension Ledger {
    mutating func made(_ sent: Observation.Sent) {
        let index = Int(sent.send)
        guard index >= 0, index - sends.count < Ledger.sendLeapMax,
            isKnown(sent.device, sent.conversation)
        else { return }
        while sends.count <= index { sends.append(Send()) }
        if sends[index].isMade { return }
        var send = Send()
        send.conversation = sent.conversation
        send.device = sent.device
        send.target = sent.target
        send.traffic = sent.traffic
        send.code = sent.code
        if sent.isHTTP { send.flags.insert(.http) }
        send.due = sent.due
        send.floor = conversations[Int(sent.conversation)].ackedHead
        send.place = Int32(place(sent.device, sent.conversation))
        sends[index] = send
        conversations[Int(sent.conversation)].unanswered += 1
        unansweredCount += 1
        if send.code == Code.recall, send.target >= 0, recalls[send.target] == nil {
            recalls[send.target] = Recall()
        }
    }

    /// Numbers of `IMMessageCode` that the checks tell apart.
    enum Code {
        static let memberJoined: UInt8 = 10
        static let memberLeft: UInt8 = 12
        static let recall: UInt8 = 20
        static let edit: UInt8 = 21
    }

    func isMade(_ send: Int32) -> Bool {
        sends.indices.contains(Int(send)) && sends[Int(send)].isMade
    }

    mutating func transmitted(_ send: Int32) {
        guard isMade(send) else { return }
        if sends[Int(send)].transmitted == 0 {
            transmissions += 1
            sends[Int(send)].transmitted = now
            sends[Int(send)].rank = transmissions
            sends[Int(send)].connection = devices[Int(sends[Int(send)].device)].connections
        } else {
            sends[Int(send)].flags.insert(.transmittedAgain)
        }
    }

    mutating func refused(_ send: Int32, isForGood: Bool) {
        guard isMade(send) else { return }
        let index = Int(send)
        if !isForGood {
            sends[index].flags.insert(.refusedForNow)
            return
        }
        if sends[index].isRefused { return }
        sends[index].flags.insert(.refused)
        if sends[index].isAcked { return }
        answered(index)
        if sends[index].seq != 0 { judgeRefused(send) }
    }

    private mutating func answered(_ index: Int) {
        conversations[Int(sends[index].conversation)].unanswered -= 1
        unansweredCount -= 1
    }

    /// A refusal for good of the only transmission says that nothing happened.
    private mutating func judgeRefused(_ send: Int32) {
        let known = sends[Int(send)]
        if known.flags.contains(.transmittedAgain) || known.flags.contains(.refusedForNow) {
            return
        }
        note(
            .phantom, conversation: known.conversation, seq: known.seq, send: send,
            "send \(send) was refused for good and stands at seq \(known.seq)")
    }

    mutating func acked(_ send: Int32, _ conversation: Int32, _ seq: Int64) -> News {
        guard isMade(send), conversations.indices.contains(Int(conversation)) else {
            note(.phantom, "an ACK of send \(send), which nobody made")
            return .nothing
        }
        let index = Int(send)
        guard sends[index].conversation == conversation else {
            note(
                .agreement, conversation: conversation, send: send,
                "send \(send) to conversation \(sends[index].conversation) was acknowledged "
                    + "in conversation \(conversation)")
            return .nothing
        }
        guard let seq = checked(seq, conversation, nil, send) else { return .nothing }
        let isFirst = !sends[index].isAcked
        if sends[index].seq != seq || isFirst {
            let before = sends[index].seq
            if !assign(send, Int(conversation), seq) {
                let standing = conversations[Int(conversation)].entries[Int(seq) - 1]
                note(
                    .agreement, conversation: conversation, seq: seq, send: send,
                    before != 0 && before != seq
                        ? "send \(send) was acknowledged at seq \(seq), and stands at \(before)"
                        : "send \(send) was acknowledged at seq \(seq), where "
                            + "\(Ledger.name(standing)) stands")
            }
        }
        if !isFirst { return .nothing }
        sends[index].flags.insert(.acked)
        acknowledged += 1
        if !sends[index].isRefused { answered(index) }
        if seq > conversations[Int(conversation)].ackedHead {
            conversations[Int(conversation)].ackedHead = seq
        }
        if sends[index].code == Code.recall, let recall = recalls[sends[index].target],
            recall.ackedStep == .max
        {
            recalls[sends[index].target] = Recall(ackedStep: step)
        }
        return .acknowledged(send: index)
    }

    static func name(_ entry: Int32) -> String {
        switch entry {
        case Observation.Delivered.serverEntry: "an entry of the server's own"
        case Observation.Delivered.foreign: "a message of nobody's"
        case Conversation.unknown: "nothing known"
        default: "send \(entry)"
        }
    }

    /// A seq as the ledger keeps it; nil: it is no place in a log.
    mutating func checked(
        _ seq: Int64, _ conversation: Int32, _ device: Int32?, _ send: Int32
    ) -> Int32? {
        let last = Int64(conversations[Int(conversation)].known.last)
        if seq > 0, seq <= last + Ledger.seqLeapMax, seq < Int64(Int32.max) { return Int32(seq) }
        note(
            .density, device: device, conversation: conversation, send: send,
            "conversation \(conversation) got a seq \(seq) while \(last) was its greatest")
        return nil
    }

    /// Notes what stands at a seq; false: it contradicts what is known.
    mutating func assign(_ send: Int32, _ conversation: Int, _ seq: Int32) -> Bool {
        let at = Int(seq) - 1
        while conversations[conversation].entries.count <= at {
            conversations[conversation].entries.append(Conversation.unknown)
        }
        let standing = conversations[conversation].entries[at]
        if standing == send { return true }
        if standing != Conversation.unknown {
            if send >= 0, sends[Int(send)].seq == 0 { learned(send, seq) }
            return false
        }
        conversations[conversation].entries[at] = send
        if send >= 0, sends[Int(send)].seq != 0 {
            // It stands elsewhere: nobody has to have it here too.
            conversations[conversation].phantoms.insert(seq)
            return false
        }
        conversations[conversation].known.insert(seq)
        if send < 0 { return true }
        learned(send, seq)
        return true
    }

    /// A send's place in the log is known now: judges it against the sends before it.
    private mutating func learned(_ send: Int32, _ seq: Int32) {
        sends[Int(send)].seq = seq
        let known = sends[Int(send)]
        // The sending device has what it sent.
        places[Int(known.place)].held.insert(seq)
        places[Int(known.place)].sent = max(places[Int(known.place)].sent, seq)
        if known.isRefused { judgeRefused(send) }
        if seq <= known.floor {
            note(
                .causality, device: known.device, conversation: known.conversation, seq: seq,
                send: send,
                "send \(send) took seq \(seq) though \(known.floor) was acknowledged before it")
            return
        }
        if known.rank == 0 || !known.flags.isDisjoint(with: Ledger.outOfOrder) { return }
        let place = Int(known.place)
        let isSame = places[place].orderedConnection == known.connection
        if isSame, (known.rank > places[place].orderedRank) != (seq > places[place].orderedSeq) {
            note(
                .causality, device: known.device, conversation: known.conversation, seq: seq,
                send: send,
                "send \(send) took seq \(seq): not in the order in which device "
                    + "\(known.device) sent on one connection")
        }
        if !isSame || known.rank > places[place].orderedRank {
            places[place].orderedConnection = known.connection
            places[place].orderedRank = known.rank
            places[place].orderedSeq = seq
        }
    }

    /// Sends whose place does not tell by their first transmission.
    private static let outOfOrder: Send.Flags = [.http, .transmittedAgain, .refusedForNow]
}
