extension BenchRows {
    /// Seconds that each way to speak is measured for.
    static let transportSeconds = 6.0

    /// A way to speak, and the row that it is for.
    private struct Way {
        let row: String
        let name: String
        var transport = TransportPlan()
        var body = BodyChoice.protobuf

        static let plain = Way(row: "", name: "TCP, Protobuf")
        static let all = [
            Way(row: "g", name: "WebSocket", transport: TransportPlan(carrier: .ws)),
            Way(
                row: "g", name: "WebSocket, text envelopes",
                transport: TransportPlan(carrier: .ws, form: .text)),
            Way(row: "h", name: "TLS", transport: TransportPlan(isTLS: true)),
            Way(
                row: "h", name: "WebSocket and TLS",
                transport: TransportPlan(carrier: .ws, isTLS: true)),
            Way(row: "i", name: "JSON", body: .json),
            Way(
                row: "i", name: "JSON in text envelopes",
                transport: TransportPlan(carrier: .ws, form: .text), body: .json),
        ]
    }

    /// Every way to speak beside plain TCP with Protobuf, on the load of row a.
    func transports(_ rows: Set<String>) async throws -> [BenchFigure] {
        // Before and behind the others: what else the machine does changes meanwhile.
        let before = try await cost(.plain)
        var costs: [(way: Way, cost: (cpu: Double, rate: Double))] = []
        for way in Way.all where rows.contains(way.row) {
            costs.append((way, try await cost(way)))
        }
        let behind = try await cost(.plain)
        let base = (
            cpu: (before.cpu + behind.cpu) / 2, rate: (before.rate + behind.rate) / 2
        )
        var figures: [BenchFigure] = []
        for (way, cost) in costs {
            figures.append(
                BenchFigure(
                    name: "(\(way.row)) \(way.name): server CPU a message", number: cost.cpu,
                    unit: "µs", ratio: cost.cpu / base.cpu, against: "\(Way.plain.name)"))
            figures.append(
                BenchFigure(
                    name: "(\(way.row)) \(way.name): durable messages", number: cost.rate,
                    unit: "/s", ratio: cost.rate / base.rate, against: "\(Way.plain.name)"))
        }
        return figures
    }

    private func cost(_ way: Way) async throws -> (cpu: Double, rate: Double) {
        var traffic = TrafficPlan(name: "dm", action: .send)
        traffic.pace = .closed(window: 4)
        var scenario = scenario(
            traffic, users: 1_000, seconds: BenchRows.transportSeconds)
        scenario.name = "bench, \(way.name)"
        scenario.generator.transport = way.transport
        scenario.generator.body = way.body
        let metrics = try await measure(scenario)
        return (
            max(metrics["measured.server_cpu_per_message"] ?? 0, 0.001),
            max(metrics["measured.acked_rate"] ?? 0, 0.001)
        )
    }
}
