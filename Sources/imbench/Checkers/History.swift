/// The latest observations, from which the trace of a finding is read.
struct History: Sendable {
    /// Observations kept; beyond, the oldest are forgotten.
    static let observationsMax = 1_000_000
    /// Lines of a trace.
    static let traceMax = 40

    private let limit: Int
    private var kept: ContiguousArray<Observation> = []
    /// Where the oldest stands once the ring is full.
    private var oldest = 0
    /// Observations that were forgotten.
    private(set) var forgotten = 0

    init(limit: Int = History.observationsMax) {
        self.limit = max(1, limit)
    }

    mutating func append(_ observation: Observation) {
        if kept.count < limit {
            kept.append(observation)
        } else {
            kept[oldest] = observation
            oldest = oldest + 1 == limit ? 0 : oldest + 1
            forgotten += 1
        }
    }

    var count: Int { kept.count }
    /// By age, 0 the oldest.
    subscript(_ age: Int) -> Observation { kept[(oldest + age) % kept.count] }

    /// What led to a finding, ascending, the most telling of it; `forgotten` says whether more
    /// may have been there.
    func trace(of finding: Finding, describing ledger: Ledger) -> [Observation] {
        let about = Relevance(finding, ledger)
        var found: [(weight: Int, age: Int)] = []
        for age in 0..<kept.count {
            let observation = self[age]
            if observation.time > finding.time { break }
            if let weight = about.weight(observation.event) { found.append((weight, age)) }
        }
        if found.count > History.traceMax {
            // The most telling first; of equals the latest.
            found.sort { ($0.weight, $1.age) < ($1.weight, $0.age) }
            found.removeLast(found.count - History.traceMax)
        }
        return found.map(\.age).sorted().map { self[$0] }
    }

    /// What an observation has to do with a finding.
    private struct Relevance {
        let violation: Violation
        let send: Int32?
        let device: Int32?
        let conversation: Int32?
        let seq: Int64?
        let ledger: Ledger

        init(_ finding: Finding, _ ledger: Ledger) {
            violation = finding.violation
            device = finding.device
            conversation = finding.conversation
            seq = finding.seq
            self.ledger = ledger
            var send = finding.send
            if send == nil, let conversation, let seq = seq.flatMap({ Int32(exactly: $0) }),
                ledger.conversations.indices.contains(Int(conversation)), seq > 0
            {
                let standing = ledger.standing(conversation, seq)
                if standing >= 0 { send = standing }
            }
            self.send = send
        }

        private func isHere(_ device: Int32, _ conversation: Int32) -> Bool {
            device == self.device && conversation == self.conversation
        }

        /// 0 is the most telling; nil: nothing to do with it.
        func weight(_ event: Observation.Event) -> Int? {
            switch event {
            case .sent(let sent):
                return sent.send == send || send != nil && sent.target == send ? 0 : nil
            case .transmitted(let other), .refused(let other, _):
                return other == send ? 0 : nil
            case .acked(let other, _, _, _):
                guard let send else { return nil }
                return other == send || ledger.send(Int(other)).target == send ? 0 : nil
            case .delivered(let delivery): return weight(delivery)
            case .gap(let device, let conversation, _, _):
                return isHere(device, conversation) ? 1 : nil
            case .page(let page):
                guard isHere(page.device, page.conversation) else { return nil }
                return seq.map { page.seqs.contains($0) } ?? true ? 1 : 3
            case .asking(let device, let conversation, _),
                .acknowledging(let device, let conversation, _):
                return isHere(device, conversation) ? 3 : nil
            case .reading(let device, let conversation, _):
                if isHere(device, conversation) { return 2 }
                return violation == .receipt && conversation == self.conversation ? 1 : nil
            case .receipt(let device, let conversation, _, _, _):
                return violation == .receipt && isHere(device, conversation) ? 0 : nil
            case .connecting(let device), .online(let device), .offline(let device),
                .away(let device):
                return device == self.device ? 2 : nil
            case .wire(let device, _): return device == self.device ? 0 : nil
            case .fault: return 2
            case .asked, .answered, .back: return nil
            }
        }

        private func weight(_ delivery: Observation.Delivered) -> Int? {
            guard delivery.conversation == conversation else { return nil }
            let isIt = delivery.seq == seq || send != nil && delivery.send == send
            if delivery.device == device {
                if isIt { return 0 }
                // Its neighbours show how far the device had got.
                return seq.map { abs($0 - delivery.seq) <= 2 } ?? false ? 1 : nil
            }
            if delivery.member >= 0, violation == .leak { return 1 }
            return isIt ? 1 : nil
        }
    }
}
