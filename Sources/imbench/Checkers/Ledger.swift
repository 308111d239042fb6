import FreeIMCore

/// Everything that was sent, acknowledged and delivered, and whether it fits together.
///
/// Pure: devices, conversations and sends are indexes; no clock, no network. Each method is one
/// observation; `finish` draws the conclusions that only the end allows.
struct Ledger {
    /// Violations kept with their words; all are counted.
    static let examplesMax = 20

    /// A send and what became of it.
    struct Send {
        let conversation: Int
        let device: Int
        /// 0: not acknowledged.
        var ackedSeq: Int64 = 0
    }

    /// One conversation as the checks know it.
    struct Conversation {
        /// Devices entitled to what is said here.
        let devices: [Int]
        let entitled: Set<Int>
        /// The send at each seq, from 1; -1: not seen yet, -2: an entry of the server's own.
        var sends: [Int] = []
    }

    /// What a device has of a conversation.
    struct Held {
        var seqs = SeqRanges()
        /// The newest seq that came on this connection.
        var newest: Int64 = 0
    }

    /// A device in a conversation.
    private struct Place: Hashable {
        let device: Int
        let conversation: Int
    }

    /// How a message reached a device.
    enum Way {
        /// A push, or a page that the server sent by itself.
        case pushed
        /// A page that was asked for.
        case pulled
    }

    private(set) var sends: [Send] = []
    private(set) var conversations: [Conversation] = []
    private var held: [Place: Held] = [:]
    private var placesOfDevice: [Int: [Place]] = [:]
    private(set) var counts: [Violation: Int] = [:]
    private(set) var examples: [String] = []
    private(set) var acknowledged = 0
    private(set) var deliveries = 0
    /// Messages that came again after a reconnect, as they may.
    private(set) var repeats = 0

    var violations: Int { counts.values.reduce(0, +) }

    // MARK: Observations

    /// A conversation begins; its index.
    mutating func addConversation(devices: [Int]) -> Int {
        conversations.append(Conversation(devices: devices, entitled: Set(devices)))
        return conversations.count - 1
    }

    /// A device is about to send; the send's index.
    mutating func addSend(conversation: Int, device: Int) -> Int {
        sends.append(Send(conversation: conversation, device: device))
        return sends.count - 1
    }

    /// A device's connection ended: what comes on the next one may repeat.
    mutating func reconnected(device: Int) {
        for place in placesOfDevice[device] ?? [] { held[place]?.newest = 0 }
    }

    /// The server acknowledged a send. True when it is the first time.
    mutating func acked(send: Int, conversation: Int, seq: Int64) -> Bool {
        guard sends.indices.contains(send) else {
            note(.phantom, "an ACK for a send \(send) that nobody made")
            return false
        }
        if sends[send].conversation != conversation {
            note(.disagreement, "send \(send) was acknowledged in another conversation")
            return false
        }
        if sends[send].ackedSeq != 0 {
            if sends[send].ackedSeq != seq {
                note(
                    .disagreement,
                    "send \(send) was acknowledged as \(sends[send].ackedSeq) and as \(seq)")
            }
            return false
        }
        sends[send].ackedSeq = seq
        acknowledged += 1
        place(send, conversation, seq)
        // The sender's own device has what it sent.
        let place = Place(device: sends[send].device, conversation: conversation)
        know(place)
        held[place, default: Held()].seqs.insert(seq)
        return true
    }

    /// A message reached a device; `send` nil: an entry of the server's. True when it is new.
    mutating func delivered(
        device: Int, conversation: Int, seq: Int64, send: Int?, isIntact: Bool, way: Way
    ) -> Bool {
        var words: String { "conversation \(conversation) seq \(seq) device \(device)" }
        guard conversations.indices.contains(conversation),
            conversations[conversation].entitled.contains(device)
        else {
            note(.leaked, words)
            return false
        }
        if let send {
            guard sends.indices.contains(send), sends[send].conversation == conversation else {
                note(.phantom, words)
                return false
            }
            if !isIntact { note(.corrupted, words) }
        }
        place(send ?? -2, conversation, seq)
        let place = Place(device: device, conversation: conversation)
        know(place)
        let newest = held[place]?.newest ?? 0
        let isNew = !(held[place]?.seqs.contains(seq) ?? false)
        if way == .pushed {
            if seq == newest {
                note(.doubled, words)
            } else if seq < newest {
                note(isNew ? .outOfOrder : .doubled, words + " behind \(newest)")
            } else if !isNew, send.map({ sends[$0].device }) != device {
                repeats += 1
            }
            held[place]?.newest = max(newest, seq)
        }
        if isNew {
            held[place]?.seqs.insert(seq)
            deliveries += 1
        }
        return isNew
    }

    private mutating func know(_ place: Place) {
        if held[place] != nil { return }
        held[place] = Held()
        placesOfDevice[place.device, default: []].append(place)
    }

    private mutating func place(_ send: Int, _ conversation: Int, _ seq: Int64) {
        guard seq > 0, seq < 1 << 32 else {
            note(.broken, "conversation \(conversation) has a seq \(seq)")
            return
        }
        let index = Int(seq) - 1
        if index >= conversations[conversation].sends.count {
            let more = index + 1 - conversations[conversation].sends.count
            conversations[conversation].sends += Array(repeating: -1, count: more)
        }
        let known = conversations[conversation].sends[index]
        if known == -1 {
            conversations[conversation].sends[index] = send
        } else if known != send {
            note(
                .disagreement,
                "conversation \(conversation) seq \(seq) is send \(known) and send \(send)")
        }
    }

    // MARK: Conclusions

    /// Whether every acknowledged message has reached every device entitled to it.
    func isComplete() -> Bool {
        for (index, conversation) in conversations.enumerated() {
            let head = Int64(conversation.sends.count)
            if head == 0 { continue }
            for device in conversation.devices
            where !missing(device, index, head).isEmpty { return false }
        }
        return true
    }

    /// A conversation's whole log as the server has it in the end, with its sends by seq.
    mutating func finalLog(conversation: Int, _ log: [(seq: Int64, send: Int?)]) {
        var next: Int64 = 1
        var seen: Set<Int> = []
        for (seq, send) in log {
            if seq != next { note(.broken, "conversation \(conversation): \(next) then \(seq)") }
            next = seq + 1
            if let send {
                if !seen.insert(send).inserted {
                    note(.broken, "conversation \(conversation): send \(send) stands twice")
                }
                place(send, conversation, seq)
            }
        }
        for (index, send) in sends.enumerated()
        where send.conversation == conversation && send.ackedSeq > 0 && !seen.contains(index) {
            note(.forgotten, "conversation \(conversation) seq \(send.ackedSeq) send \(index)")
        }
    }

    /// Counts what never arrived.
    mutating func finish() {
        for (index, conversation) in conversations.enumerated() {
            let head = Int64(conversation.sends.count)
            if head == 0 { continue }
            for device in conversation.devices {
                for range in missing(device, index, head) {
                    for seq in range where isAcknowledged(index, seq) {
                        note(.lost, "conversation \(index) seq \(seq) device \(device)")
                    }
                }
            }
        }
    }

    private func missing(_ device: Int, _ conversation: Int, _ head: Int64) -> [ClosedRange<Int64>]
    {
        let place = Place(device: device, conversation: conversation)
        let seqs = held[place]?.seqs ?? SeqRanges()
        return seqs.missing(in: 1...head)
    }

    /// Whether an acknowledged send (or an entry that somebody saw) stands at that seq.
    private func isAcknowledged(_ conversation: Int, _ seq: Int64) -> Bool {
        let send = conversations[conversation].sends[Int(seq) - 1]
        return send >= 0 ? sends[send].ackedSeq == seq : false
    }

    private mutating func note(_ violation: Violation, _ words: String) {
        counts[violation, default: 0] += 1
        if examples.count < Ledger.examplesMax {
            examples.append("\(violation.rawValue): \(words)")
        }
    }
}
