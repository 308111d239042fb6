/// Who and what a run was, in short parts.
enum ReportFacts {
    static let hashColumns = 12

    static func parts(_ report: BenchReport) -> [String] {
        let scenario = report.scenario
        var parts = [
            "\(Figure.count(scenario.devices)) devices of \(Figure.count(scenario.users)) users"
        ]
        if scenario.groups > 0 { parts.append("\(Figure.count(scenario.groups)) groups") }
        if let transport = scenario.transport {
            parts.append("\(scenario.body) over \(transport)")
        }
        parts.append("seed \(scenario.seed)")
        if !scenario.hash.isEmpty {
            parts.append("scenario \(scenario.hash.prefix(hashColumns))")
        }
        if scenario.isShort { parts.append("short form") }
        parts.append(Figure.seconds(report.seconds))
        if !report.startedAt.isEmpty { parts.append(report.startedAt) }
        parts += machine(report)
        return parts
    }

    private static func machine(_ report: BenchReport) -> [String] {
        let machine = report.machine
        var parts: [String] = []
        if !machine.processor.isEmpty {
            parts.append("\(machine.cores) × \(machine.processor)")
        }
        if !machine.build.isEmpty { parts.append("\(machine.build) build") }
        return parts
    }
}
