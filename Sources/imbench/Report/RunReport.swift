import FreeIMProtocol

/// What a run found, for people, for scripts, and as an exit code.
struct RunReport: Sendable {
    var plan: RunPlan
    var isPartial = false
    var seconds = 0.0
    var sent = 0
    var acked = 0
    var delivered = 0
    var ackFromDue = Latency()
    var ackFromSend = Latency()
    var deliverFromDue = Latency()
    var lag = Latency()
    var deliveriesChecked = 0
    var acknowledgedInAll = 0
    var repeats = 0
    var reconnects = 0
    var unanswered = 0
    var violations: [Violation: Int] = [:]
    var examples: [String] = []
    var refusals: [String: Int] = [:]
    var serverCPU = ProcessProbe(pid: 0)
    var serverResident = 0
    var generatorCPU = 0.0
    var connectSeconds = 0.0
    var connectServerCPU = 0.0
    /// Why the run proves nothing; nil: it does.
    var invalid: String?
    /// Thresholds that were missed.
    var missed: [String] = []

    /// 0 pass, 1 correctness, 2 threshold, 3 invalid.
    var exitCode: Int32 {
        if !violations.isEmpty { return BenchError.Kind.correctness.rawValue }
        if invalid != nil { return BenchError.Kind.invalid.rawValue }
        return missed.isEmpty ? 0 : BenchError.Kind.threshold.rawValue
    }

    var messagesPerSecond: Double { seconds > 0 ? Double(acked) / seconds : 0 }
    var deliveriesPerSecond: Double { seconds > 0 ? Double(delivered) / seconds : 0 }
    /// Microseconds of the server's CPU for each acknowledged message.
    var serverMicrosPerMessage: Double { acked > 0 ? serverCPU.cpu * 1e6 / Double(acked) : 0 }
    var serverMicrosPerDelivery: Double {
        delivered > 0 ? serverCPU.cpu * 1e6 / Double(delivered) : 0
    }

    var verdict: String {
        switch exitCode {
        case 0: isPartial ? "PARTIAL (ended early; what was checked holds)" : "PASS"
        case 1: "FAIL: the server broke its word"
        case 2: "FAIL: a threshold was missed"
        default: "INVALID: the harness could not keep up, this run proves nothing"
        }
    }

    /// The summary for people.
    func lines() -> [String] {
        var lines = [
            "",
            "\(verdict)",
            "  \(plan.devices) devices of \(plan.users) users, seed \(plan.seed), "
                + "\(plan.version == .json ? "JSON" : "Protobuf") bodies",
            "  acknowledged   \(acknowledgedInAll) messages in all; "
                + "\(Int(messagesPerSecond)) messages/s measured over \(Self.two(seconds)) s",
            "  delivered      \(deliveriesChecked) deliveries, each one checked; "
                + "\(Int(deliveriesPerSecond))/s; \(repeats) came again after a reconnect",
            "  send→ack       \(ackFromDue.summary)   (from when it was due)",
            "                 \(ackFromSend.summary)   (from when it was sent)",
            "  send→delivered \(deliverFromDue.summary)   (from when it was due)",
            "  generator      lag \(lag.summary); \(Self.two(generatorCPU)) s CPU",
        ]
        if serverCPU.cpu > 0 {
            lines.append(
                "  server         \(Self.two(serverMicrosPerMessage)) µs CPU a message "
                    + "(\(Self.two(serverCPU.user)) s user, "
                    + "\(Self.two(serverCPU.system)) s system), "
                    + "\(serverResident / 1_048_576) MiB resident")
        }
        if reconnects > 0 { lines.append("  reconnects     \(reconnects)") }
        if unanswered > 0 { lines.append("  unanswered     \(unanswered) sends") }
        for (code, count) in refusals.sorted(by: { $0.key < $1.key }) {
            lines.append("  refused        \(count) × \(code)")
        }
        for violation in Violation.allCases {
            if let count = violations[violation] {
                lines.append("  VIOLATION      \(count) × \(violation.rawValue)")
            }
        }
        lines += examples.map { "    \($0)" }
        lines += missed.map { "  MISSED         \($0)" }
        if let invalid { lines.append("  INVALID        \(invalid)") }
        return lines
    }

    /// The report for scripts.
    func json() -> JSONValue {
        func latency(_ latency: Latency) -> JSONValue {
            [
                "count": .int(Int64(latency.count)), "p50_ms": .double(latency.milliseconds(50)),
                "p99_ms": .double(latency.milliseconds(99)),
                "p999_ms": .double(latency.milliseconds(99.9)),
                "max_ms": .double(latency.milliseconds(100)),
            ]
        }
        return [
            "version": "imbench/1", "verdict": .string(verdict),
            "exit_code": .int(Int64(exitCode)), "is_partial": .bool(isPartial),
            "seed": .int(Int64(bitPattern: plan.seed)), "users": .int(Int64(plan.users)),
            "devices": .int(Int64(plan.devices)), "seconds": .double(seconds),
            "acknowledged": .int(Int64(acknowledgedInAll)),
            "deliveries_checked": .int(Int64(deliveriesChecked)),
            "repeats_after_reconnect": .int(Int64(repeats)),
            "reconnects": .int(Int64(reconnects)), "unanswered": .int(Int64(unanswered)),
            "messages_per_second": .double(messagesPerSecond),
            "deliveries_per_second": .double(deliveriesPerSecond),
            "ack_from_due": latency(ackFromDue), "ack_from_send": latency(ackFromSend),
            "deliver_from_due": latency(deliverFromDue), "generator_lag": latency(lag),
            "generator_cpu_seconds": .double(generatorCPU),
            "server_cpu_micros_per_message": .double(serverMicrosPerMessage),
            "server_cpu_micros_per_delivery": .double(serverMicrosPerDelivery),
            "server_resident_bytes": .int(Int64(serverResident)),
            "violations": .object(
                Dictionary(
                    violations.map { ($0.key.rawValue, JSONValue.int(Int64($0.value))) }
                ) { first, _ in first }),
            "examples": .array(examples.map { .string($0) }),
            "refusals": .object(refusals.mapValues { .int(Int64($0)) }),
            "missed": .array(missed.map { .string($0) }),
            "invalid": invalid.map { .string($0) } ?? .null,
        ]
    }

    static func two(_ value: Double) -> String {
        let hundredths = (value * 100).rounded() / 100
        return "\(hundredths)"
    }
}
