/// What one or several phases add up to, as metrics.
struct ScopeSums {
    private var seconds = 0.0
    private var made = 0
    private var missed = 0
    private var serverCPU = 0.0
    private(set) var tallies: [Judge.Tally] = []

    mutating func add(_ mark: ScenarioRun.PhaseMark, _ more: [Judge.Tally]) {
        seconds += mark.end - mark.start
        made += mark.made
        missed += mark.missed
        serverCPU += mark.serverCPU
        if tallies.isEmpty {
            tallies = more
            return
        }
        for index in tallies.indices { tallies[index].merge(more[index]) }
    }

    /// Writes `scope.…` metrics.
    ///
    /// Without a kind of traffic, `sent`, `acked` and `delivered` count messages alone: a read
    /// receipt has no answer, and a request is none.
    func write(to all: inout [String: Double], scope: String, traffic: [TrafficPlan]) {
        let messages = zip(traffic, tallies).filter { $0.0.action.isMessage }.map(\.1)
        let sent = messages.reduce(0) { $0 + $1.sent }
        let acked = messages.reduce(0) { $0 + $1.acked }
        let delivered = messages.reduce(0) { $0 + $1.delivered }
        all["\(scope).sent"] = Double(sent)
        all["\(scope).acked"] = Double(acked)
        all["\(scope).delivered"] = Double(delivered)
        all["\(scope).refused"] = Double(tallies.reduce(0) { $0 + $1.refused })
        if made + missed > 0 {
            all["\(scope).achieved_rate"] = Double(made) / Double(made + missed) * 100
        }
        if seconds > 0, sent > 0 {
            all["\(scope).acked_rate"] = Double(acked) / seconds
            all["\(scope).delivered_rate"] = Double(delivered) / seconds
        }
        all["\(scope).server_cpu_seconds"] = serverCPU
        if acked > 0, serverCPU > 0 {
            all["\(scope).server_cpu_per_message"] = serverCPU * 1e6 / Double(acked)
        }
        if delivered > 0, serverCPU > 0 {
            all["\(scope).server_cpu_per_delivery"] = serverCPU * 1e6 / Double(delivered)
        }
        for (plan, tally) in zip(traffic, tallies) where tally.sent > 0 || tally.delivered > 0 {
            let key = "\(scope).\(plan.name)"
            all["\(key).sent"] = Double(tally.sent)
            all["\(key).acked"] = Double(tally.acked)
            all["\(key).delivered"] = Double(tally.delivered)
            all["\(key).refused"] = Double(tally.refused)
            for (kind, latency) in zip(
                Metric.latencies, [tally.ack, tally.ackSent, tally.deliver, tally.deliverSent])
            {
                guard let latency, latency.count > 0 else { continue }
                all["\(key).\(kind).mean"] = latency.mean
                for (percentile, value) in Metric.percentiles {
                    all["\(key).\(kind).\(percentile)"] = latency.milliseconds(value)
                }
            }
        }
    }
}

extension TrafficPlan.Action {
    /// Whether it makes an entry of a log.
    var isMessage: Bool {
        switch self {
        case .send, .httpSend, .recall, .edit, .react: true
        case .read, .typing, .sync, .httpRead, .signIn, .member, .malformed, .steps: false
        }
    }
}

extension TrafficPlan.Action {
    /// Whether the server, or its own end, answers it.
    var isAnswered: Bool {
        switch self {
        case .read, .typing: false
        case .send, .httpSend, .recall, .edit, .react, .sync, .httpRead, .signIn, .member,
            .malformed, .steps:
            true
        }
    }
}

extension Judge.Tally {
    mutating func merge(_ other: Judge.Tally) {
        sent += other.sent
        acked += other.acked
        delivered += other.delivered
        refused += other.refused
        Judge.Tally.merge(&ack, other.ack)
        Judge.Tally.merge(&ackSent, other.ackSent)
        Judge.Tally.merge(&deliver, other.deliver)
        Judge.Tally.merge(&deliverSent, other.deliverSent)
    }

    private static func merge(_ one: inout Latency?, _ other: Latency?) {
        guard let other else { return }
        if one == nil { one = Latency() }
        one?.merge(other)
    }
}
