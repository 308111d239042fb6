import DequeModule
import Histogram

/// Puts the workers' observations in one order of time, has the ledger check them, and measures.
///
/// Confined to a loop of its own, so that checking does not hold up the devices.
final class Judge {
    /// Counts and latencies of one kind of traffic in one phase.
    struct Tally {
        var sent = 0
        var acked = 0
        var delivered = 0
        var refused = 0
        /// From when it was due and from when it was written, to the ACK and to each delivery;
        /// nil until there is one.
        var ack: Latency?
        var ackSent: Latency?
        var deliver: Latency?
        var deliverSent: Latency?
    }

    private struct Request {
        let traffic: UInt8
        let phase: Int
        let due: Int64
        let sent: Int64
    }

    private(set) var ledger: Ledger
    private(set) var history = History()
    /// By phase and traffic.
    private(set) var tallies: [[Tally]]
    private(set) var seconds: [JudgeSecond] = []
    /// Sends made so far.
    private(set) var sent = 0
    /// Gaps that devices were told of.
    private(set) var gaps = 0
    /// nil: nobody asked for it.
    private(set) var histograms: HistogramLog?
    /// Nanoseconds of the monotonic clock: the run's beginning; up to when all is judged.
    let begun: Int64
    private(set) var judgedThrough: Int64

    private let traffic: [String]
    private let recorded: [Bool]
    private var queues: [Deque<Observation>]
    private var through: [Int64]
    private var faults: [String] = []
    private var phases: [(start: Int64, phase: Int)] = [(Int64.min, 0)]
    private var phase = 0
    private var nextPhase = 1
    private var phaseOfSend: [UInt8] = []
    /// By device: since when it is there without a break of its own will; `max`: it is not.
    private var thereSince: [Int64]
    private var requests: [Int32: Request] = [:]
    private var second: JudgeSecond
    private var secondAck = Latency()
    private var secondDeliver = Latency()
    private var intervals: [(ack: Latency?, deliver: Latency?)]

    init(scenario: Scenario, ledger: Ledger, workers: Int, begun: Int64, startedAt: Double?) {
        self.ledger = ledger
        self.begun = begun
        judgedThrough = begun
        traffic = scenario.traffic.map(\.name)
        recorded = scenario.phases.map(\.isRecorded)
        tallies = Array(
            repeating: Array(repeating: Tally(), count: scenario.traffic.count),
            count: scenario.phases.count)
        thereSince = Array(repeating: Int64.max, count: ledger.deviceCount)
        queues = Array(repeating: [], count: workers)
        through = Array(repeating: begun, count: workers)
        intervals = Array(repeating: (nil, nil), count: scenario.traffic.count)
        second = JudgeSecond(number: 0)
        histograms = startedAt.map { HistogramLog(startedAt: $0) }
    }

    // MARK: In

    /// A fault is about to be made; its number in observations.
    func name(fault: String) -> Int32 {
        faults.append(fault)
        return Int32(faults.count - 1)
    }

    /// A phase begins at that time.
    func begin(phase: Int, at time: Int64) {
        phases.append((time, phase))
    }

    func take(_ observations: [Observation], from worker: Int, through time: Int64) {
        if queues.count == 1 {
            for observation in observations { judge(observation) }
        } else {
            queues[worker].append(contentsOf: observations)
        }
        through[worker] = max(through[worker], time)
        settle()
    }

    /// Judges what no worker can add something before.
    private func settle() {
        let until = through.min() ?? judgedThrough
        if queues.count > 1 {
            while let next = earliest(), next.time <= until {
                queues[next.worker].removeFirst()
                judge(next.observation)
            }
        }
        judgedThrough = max(judgedThrough, until)
        closeSeconds(judgedThrough)
    }

    private func earliest() -> (worker: Int, time: Int64, observation: Observation)? {
        var best: (worker: Int, time: Int64, observation: Observation)?
        for (worker, queue) in queues.enumerated() {
            guard let first = queue.first else { continue }
            if let known = best, known.time <= first.time { continue }
            best = (worker, first.time, first)
        }
        return best
    }

    // MARK: Judging

    private func judge(_ observation: Observation) {
        let time = observation.time
        while nextPhase < phases.count, phases[nextPhase].start <= time {
            phase = phases[nextPhase].phase
            nextPhase += 1
        }
        closeSeconds(time)
        history.append(observation)
        let news = ledger.take(observation)
        count(observation)
        switch news {
        case .nothing: break
        case .acknowledged(let send): acknowledged(send, time)
        case .delivered(let send, let device): delivered(send, device, time)
        }
    }

    private func count(_ observation: Observation) {
        switch observation.event {
        case .sent(let sent):
            let index = Int(sent.send)
            if index >= phaseOfSend.count {
                let more = index + 1 - phaseOfSend.count
                phaseOfSend.append(contentsOf: repeatElement(0, count: more))
            }
            phaseOfSend[index] = UInt8(phase)
            tallies[phase][Int(sent.traffic)].sent += 1
            second.sent += 1
            self.sent += 1
        case .refused(let send, let isForGood):
            second.refused += 1
            if isForGood, Int(send) < phaseOfSend.count {
                let made = ledger.send(Int(send))
                tallies[phaseOf(Int(send))][Int(made.traffic)].refused += 1
            }
        case .online: second.connects += 1
        case .gap: gaps += 1
        case .away(let device): thereSince[Int(device)] = Int64.max
        case .back(let device):
            if thereSince[Int(device)] == Int64.max { thereSince[Int(device)] = observation.time }
        case .offline: second.disconnects += 1
        case .asked(let traffic, let request, let due):
            tallies[phase][Int(traffic)].sent += 1
            if request != Observation.unanswered {
                requests[request] = Request(
                    traffic: traffic, phase: phase, due: due, sent: observation.time)
            }
        case .answered(_, let request, let isRefused):
            answered(request, isRefused, observation.time)
        case .connecting, .transmitted, .acked, .delivered, .asking, .page,
            .acknowledging, .reading, .receipt, .wire, .fault:
            break
        }
    }

    private func answered(_ number: Int32, _ isRefused: Bool, _ time: Int64) {
        guard let request = requests.removeValue(forKey: number) else { return }
        let traffic = Int(request.traffic)
        if isRefused {
            tallies[request.phase][traffic].refused += 1
            second.refused += 1
            return
        }
        tallies[request.phase][traffic].acked += 1
        Judge.record(&tallies[request.phase][traffic].ack, time - request.due)
        Judge.record(&tallies[request.phase][traffic].ackSent, time - request.sent)
    }

    private func isLogged(_ phase: Int) -> Bool { histograms != nil && recorded[phase] }

    private func phaseOf(_ send: Int) -> Int {
        send < phaseOfSend.count ? Int(phaseOfSend[send]) : 0
    }

    private func acknowledged(_ send: Int, _ time: Int64) {
        let made = ledger.send(send)
        let (phase, traffic) = (phaseOf(send), Int(made.traffic))
        tallies[phase][traffic].acked += 1
        second.acked += 1
        // As of deliveries: a device that does not read, by its own will, is no measure.
        guard made.due >= thereSince[Int(made.device)] else { return }
        Judge.record(&tallies[phase][traffic].ack, time - made.due)
        Judge.record(&tallies[phase][traffic].ackSent, time - made.transmitted)
        secondAck.record(time - made.due)
        if isLogged(phase) { Judge.record(&intervals[traffic].ack, time - made.due) }
    }

    private func delivered(_ send: Int, _ device: Int, _ time: Int64) {
        let made = ledger.send(send)
        let (phase, traffic) = (phaseOf(send), Int(made.traffic))
        tallies[phase][traffic].delivered += 1
        second.delivered += 1
        // A device that was away when it was due says nothing of how fast the server is. One
        // that lost its connection does: it waited for it.
        guard made.due >= thereSince[device] else { return }
        Judge.record(&tallies[phase][traffic].deliver, time - made.due)
        Judge.record(&tallies[phase][traffic].deliverSent, time - made.transmitted)
        secondDeliver.record(time - made.due)
        if isLogged(phase) { Judge.record(&intervals[traffic].deliver, time - made.due) }
    }

    private static func record(_ latency: inout Latency?, _ nanoseconds: Int64) {
        if latency == nil { latency = Latency() }
        latency?.record(nanoseconds)
    }

    // MARK: Seconds

    private func closeSeconds(_ time: Int64) {
        while time - begun >= Int64(second.number + 1) * 1_000_000_000 {
            second.violations = ledger.counts.values.reduce(0, +)
            second.ack = JudgeSecond.Spread(secondAck)
            second.deliver = JudgeSecond.Spread(secondDeliver)
            if second.ack != nil { secondAck = Latency() }
            if second.deliver != nil { secondDeliver = Latency() }
            log()
            seconds.append(second)
            second = JudgeSecond(number: second.number + 1)
        }
    }

    private func log() {
        if histograms == nil { return }
        for index in intervals.indices {
            let (name, start) = (traffic[index], Double(second.number))
            if let ack = intervals[index].ack {
                histograms?.add(
                    tag: "\(name).ack", start: start, length: 1, max: ack.milliseconds(100),
                    histogram: ack.histogram)
            }
            if let deliver = intervals[index].deliver {
                histograms?.add(
                    tag: "\(name).deliver", start: start, length: 1,
                    max: deliver.milliseconds(100), histogram: deliver.histogram)
            }
            intervals[index] = (nil, nil)
        }
    }

    // MARK: Out

    /// Requests that were made and not answered.
    var openRequests: Int { requests.count }

    /// Draws the conclusions of the end.
    ///
    /// `isWaitedFor`: everybody was given the time to get everything; only then a loss is one.
    func finish(isLogRead: Bool, isWaitedFor: Bool) {
        ledger.finish(finalLogsRead: isLogRead, isDrained: isWaitedFor)
        second.violations = ledger.counts.values.reduce(0, +)
    }

    /// The findings with what led to them; times in seconds from the beginning.
    func violations() -> [BenchReport.ViolationResult] {
        ledger.findings.map { finding in
            BenchReport.ViolationResult(
                check: finding.violation.rawValue, words: finding.words,
                time: seconds(finding.time),
                trace: history.trace(of: finding, describing: ledger).map {
                    BenchReport.TraceLine(time: seconds($0.time), words: words($0))
                })
        }
    }

    private func words(_ observation: Observation) -> String {
        guard case .fault(let index) = observation.event, Int(index) < faults.count else {
            return history.words(observation)
        }
        return "fault \(faults[Int(index)])"
    }

    private func seconds(_ time: Int64) -> Double {
        time == 0 ? 0 : max(0, Double(time - begun) / 1e9)
    }
}
