/// What a run found: the file that `--json` writes, and all that the HTML page, comparisons and
/// replays are made from.
///
/// Times are seconds from the run's beginning, latencies milliseconds, sizes bytes.
struct BenchReport: Codable, Sendable {
    static let format = "imbench-report/1"

    var format = BenchReport.format
    var verdict = Verdict.pass
    var exitCode: Int32 = 0
    /// Ended early, by Ctrl-C: what it says holds for what was done.
    var isPartial = false
    /// Why the run proves nothing; empty: it does.
    var invalid: [String] = []
    var scenario = ScenarioFacts()
    var machine = MachineFacts()
    /// ISO 8601, UTC.
    var startedAt = ""
    var seconds = 0.0
    var assertions: [AssertionResult] = []
    var phases: [PhaseResult] = []
    /// Each kind of traffic over all recorded phases, in the scenario's order.
    var traffic: [TrafficResult] = []
    var series: [SeriesPoint] = []
    /// The generator's event loops.
    var loops: [LoopResult] = []
    var faults: [FaultEvent] = []
    /// By `Violation`; every one is named, also with 0.
    var checks: [CheckResult] = []
    /// The first of them, with traces.
    var violations: [ViolationResult] = []
    /// Refusals by code, and other errors.
    var refusals: [String: Int] = [:]
    /// Close frames of WebSockets by code; nil: there were no WebSockets.
    var closes: [String: Int]?
    /// Every metric by scope and name: `all.loss`, `steady.dm.ack.p99`.
    var metrics: [String: Double] = [:]
    var baseline: BaselineResult?

    enum Verdict: String, Codable, Sendable {
        case pass, correctness, threshold, invalid, partial
    }

    struct ScenarioFacts: Codable, Sendable {
        var name = ""
        var about = ""
        /// The file's text; empty when a command line made it.
        var text = ""
        var hash = ""
        var seed: UInt64 = 0
        var isShort = false
        var users = 0
        var devices = 0
        var conversations = 0
        var groups = 0
        var loops = 1
        var body = ""
        /// As `TransportPlan.words`; nil: the report is of an imbench that spoke TCP alone.
        var transport: String?
        /// The arguments of `imbench run` that made or changed it.
        var arguments: [String] = []
        /// How the server was started or where it was.
        var server = ""
    }

    struct MachineFacts: Codable, Sendable {
        var system = ""
        var processor = ""
        var cores = 0
        var memoryBytes = 0
        var openFilesMax = 0
        /// "debug" or "release": of imbench itself.
        var build = ""
        /// One minute, when the run began.
        var load = 0.0
    }

    struct AssertionResult: Codable, Sendable {
        enum Outcome: String, Codable, Sendable {
            case met, missed
            /// Nothing to measure it by, or a short run's speed.
            case notJudged = "not_judged"
        }

        /// "all", "harness", "baseline" or a phase's name.
        var scope = ""
        var text = ""
        var value: Double?
        var limit: Double?
        var unit = ""
        var outcome = Outcome.met
    }

    struct PhaseResult: Codable, Sendable {
        var name = ""
        var start = 0.0
        var end = 0.0
        var isRecorded = true
        var sent = 0
        var acked = 0
        var delivered = 0
        var traffic: [TrafficResult] = []
    }

    struct TrafficResult: Codable, Sendable {
        var name = ""
        var sent = 0
        var acked = 0
        var delivered = 0
        var refused = 0
        /// From when it was due, and from when it was first written.
        var ack = LatencyFacts()
        var ackSent = LatencyFacts()
        var deliver = LatencyFacts()
        var deliverSent = LatencyFacts()
    }

    struct LatencyFacts: Codable, Sendable {
        var count = 0
        var mean = 0.0
        /// By the names of `Metric.percentiles`.
        var percentiles: [String: Double] = [:]
        /// Percentile and milliseconds, ascending, for a curve.
        var curve: [[Double]] = []
    }

    /// One second.
    struct SeriesPoint: Codable, Sendable {
        var time = 0.0
        var online = 0
        var sent = 0
        var acked = 0
        var delivered = 0
        var refused = 0
        /// Connections made and ended in this second.
        var connects = 0
        var disconnects = 0
        /// Of all recorded kinds of traffic together; nil without any.
        var ackP50: Double?
        var ackP99: Double?
        var ackMax: Double?
        var deliverP50: Double?
        var deliverP99: Double?
        var deliverMax: Double?
        var lagP99 = 0.0
        var lagMax = 0.0
        /// Seconds that the checker is behind what it is told.
        var checkerLag = 0.0
        /// Of one core, percent.
        var serverCPU = 0.0
        var generatorCPU = 0.0
        var serverRSS = 0
        var generatorRSS = 0
        var serverFiles = 0
        var violations = 0
    }

    /// How late one event loop of the generator looked at what was due.
    struct LoopResult: Codable, Sendable {
        var devices = 0
        var lagP50 = 0.0
        var lagP99 = 0.0
        var lagMax = 0.0
    }

    struct FaultEvent: Codable, Sendable {
        var name = ""
        var start = 0.0
        /// When it was over (the server accepted again); `start` for a moment.
        var end = 0.0
    }

    struct CheckResult: Codable, Sendable {
        var name = ""
        var count = 0
    }

    struct ViolationResult: Codable, Sendable {
        var check = ""
        var words = ""
        var time = 0.0
        var trace: [TraceLine] = []
    }

    struct TraceLine: Codable, Sendable {
        var time = 0.0
        var words = ""
    }

    struct BaselineResult: Codable, Sendable {
        var file = ""
        var startedAt = ""
        /// The baseline's value by metric, for those that this run has too.
        var metrics: [String: Double] = [:]
        /// Its latency by "TRAFFIC.ack" and "TRAFFIC.deliver" over all recorded phases.
        var curves: [String: [[Double]]] = [:]
    }
}
