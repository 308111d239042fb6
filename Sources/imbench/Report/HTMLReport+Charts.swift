extension HTMLReport {
    // MARK: Latency over time

    static func latencyCharts(_ report: BenchReport) -> String {
        let series = ReportSeries(report.series)
        let charts = [
            latency(
                report, series, "From due to ACK", { $0.ackP50 }, { $0.ackP99 }, { $0.ackMax }),
            latency(
                report, series, "From due to delivery", { $0.deliverP50 }, { $0.deliverP99 },
                { $0.deliverMax }),
        ]
        return charts.map { $0.markup() }.joined()
    }

    private static func latency(
        _ report: BenchReport, _ series: ReportSeries, _ title: String,
        _ median: (BenchReport.SeriesPoint) -> Double?,
        _ high: (BenchReport.SeriesPoint) -> Double?,
        _ greatest: (BenchReport.SeriesPoint) -> Double?
    ) -> SVGChart {
        var chart = overTime(
            report, series, title: title, unit: "ms",
            lines: [
                SVGChart.Line(
                    name: "max", colour: "c5", isThin: true,
                    values: series.values(.greatest, greatest)),
                SVGChart.Line(name: "p99", colour: "c2", values: series.values(.greatest, high)),
                SVGChart.Line(name: "p50", colour: "c1", values: series.values(.mean, median)),
            ])
        chart.note = "log scale"
        chart.y = logAxis(chart.lines)
        chart.format = Figure.milliseconds
        chart.empty = "Nothing was timed"
        return chart
    }

    private static func logAxis(_ lines: [SVGChart.Line]) -> AxisScale {
        let values = lines.flatMap(\.values).compactMap(\.self)
        return .log(least: values.min() ?? 1, greatest: values.max() ?? 10)
    }

    /// A chart over the run's seconds with its phases and faults; linear from 0.
    private static func overTime(
        _ report: BenchReport, _ series: ReportSeries, title: String, unit: String,
        lines: [SVGChart.Line]
    ) -> SVGChart {
        let times = series.times
        let end = max(report.seconds, times.last ?? 0)
        let greatest = lines.flatMap(\.values).compactMap(\.self).max() ?? 0
        return SVGChart(
            title: title, unit: unit, xTitle: "time since the start", x: .time(until: end),
            y: .linear(greatest: greatest), xs: times,
            xLabels: times.map { "at " + Figure.seconds($0) }, lines: lines,
            phases: report.phases.map {
                SVGChart.Band(name: $0.name, start: $0.start, end: $0.end)
            },
            faults: report.faults.map {
                SVGChart.Band(name: $0.name, start: $0.start, end: $0.end)
            },
            group: "time")
    }

    // MARK: Percentiles

    static let percentilePoints = 80
    static let ninesMax = 5.0

    static func percentileCharts(_ report: BenchReport) -> String {
        report.traffic.filter { $0.ack.count + $0.deliver.count > 0 }.map { one in
            percentiles(one, baseline: report.baseline).markup()
        }.joined()
    }

    private static func percentiles(
        _ one: BenchReport.TrafficResult, baseline: BenchReport.BaselineResult?
    ) -> SVGChart {
        let old = baseline?.curves ?? [:]
        let curves: [(name: String, colour: String, dash: SVGChart.Line.Dash, [[Double]])] = [
            ("ack", "c1", .solid, one.ack.curve),
            ("ack from send", "c1b", .dashed, one.ackSent.curve),
            ("ack, baseline", "c3", .dotted, old[one.name + ".ack"] ?? []),
            ("deliver", "c2", .solid, one.deliver.curve),
            ("deliver from send", "c2b", .dashed, one.deliverSent.curve),
            ("deliver, baseline", "c4", .dotted, old[one.name + ".deliver"] ?? []),
        ]
        let furthest =
            curves.flatMap { $0.3 }.map { AxisScale.nines($0[0]) }
            .filter(\.isFinite).max() ?? 2
        let high = min(max(furthest, 1), ninesMax)
        let steps = (0..<percentilePoints).map {
            high * Double($0) / Double(percentilePoints - 1)
        }
        let lines = curves.filter { !$0.3.isEmpty }.map { name, colour, dash, curve in
            SVGChart.Line(
                name: name, colour: colour, dash: dash, values: resampled(curve, at: steps))
        }
        return SVGChart(
            title: one.name, unit: "ms", note: "log scale", xTitle: "percentile",
            x: .percentiles(nines: high), y: logAxis(lines), xs: steps,
            xLabels: steps.map(percentileWords), lines: lines, empty: "Nothing was timed",
            format: Figure.milliseconds)
    }

    /// Percent below that many nines, in as many digits as tell it from its neighbours.
    private static func percentileWords(_ nines: Double) -> String {
        let percent = 100 * (1 - power(nines))
        let places = Int(max(0, nines).rounded(.down))
        return fixed(percent, places: max(1, places)) + " % are below"
    }

    /// Milliseconds at those nines; nothing beyond the curve's end.
    static func resampled(_ curve: [[Double]], at steps: [Double]) -> [Double?] {
        let points = curve.filter { $0.count == 2 }
        let finite = points.map { AxisScale.nines($0[0]) }.filter(\.isFinite)
        guard let last = finite.last else { return steps.map { _ in nil } }
        let places = points.map { min(AxisScale.nines($0[0]), last) }
        var index = 0
        return steps.map { step in
            if step > last + 1e-6 { return nil }
            while index + 1 < points.count, places[index + 1] <= step { index += 1 }
            guard index + 1 < points.count, places[index + 1] > places[index] else {
                return points[index][1]
            }
            let share = (step - places[index]) / (places[index + 1] - places[index])
            return points[index][1] + (points[index + 1][1] - points[index][1]) * max(0, share)
        }
    }

    // MARK: Load

    static func loadCharts(_ report: BenchReport) -> String {
        let series = ReportSeries(report.series)
        func line(
            _ name: String, _ colour: String, _ value: (BenchReport.SeriesPoint) -> Int,
            gather: ReportSeries.Gather = .mean
        ) -> SVGChart.Line {
            SVGChart.Line(
                name: name, colour: colour, values: series.values(gather) { Double(value($0)) })
        }
        var sent = line("sent", "c5") { $0.sent }
        sent.dash = .dashed
        var online = line("on line", "c1", { $0.online }, gather: .newest)
        online.isFilled = true
        let throughput = overTime(
            report, series, title: "Throughput", unit: "/s",
            lines: [
                line("delivered", "c2") { $0.delivered }, line("acked", "c1") { $0.acked }, sent,
            ])
        let connections = overTime(
            report, series, title: "Devices on line", unit: "devices", lines: [online])
        var coming = overTime(
            report, series, title: "Connections made and ended", unit: "/s",
            lines: [
                line("made", "c1") { $0.connects }, line("ended", "c2") { $0.disconnects },
            ].filter(isAnything))
        coming.empty = "No connection was made or ended"
        var errors = overTime(
            report, series, title: "Refusals and violations", unit: "/s",
            lines: [
                line("refused", "c4", { $0.refused }, gather: .greatest),
                line("violations", "c2", { $0.violations }, gather: .greatest),
            ].filter(isAnything))
        errors.empty = "Nothing was refused, nothing violated"
        return [throughput, connections, coming, errors].map { $0.markup() }.joined()
    }

    private static func isAnything(_ line: SVGChart.Line) -> Bool {
        line.values.contains { ($0 ?? 0) != 0 }
    }

    // MARK: Resources

    static func resourceCharts(_ report: BenchReport) -> String {
        let series = ReportSeries(report.series)
        var processor = overTime(
            report, series, title: "CPU", unit: "%",
            lines: [
                SVGChart.Line(
                    name: "server", colour: "c1", values: series.values(.mean) { $0.serverCPU }),
                SVGChart.Line(
                    name: "imbench", colour: "c2",
                    values: series.values(.mean) { $0.generatorCPU }),
            ].filter(isAnything))
        processor.note = "of one core"
        processor.format = Figure.percent
        var files = overTime(
            report, series, title: "Open files of the server", unit: "files",
            lines: [
                SVGChart.Line(
                    name: "server", colour: "c1",
                    values: series.values(.greatest) { Double($0.serverFiles) })
            ].filter(isAnything))
        files.empty = "The server's files could not be counted"
        var lag = overTime(
            report, series, title: "How far imbench is behind", unit: "ms",
            lines: [
                SVGChart.Line(
                    name: "checker", colour: "c3",
                    values: series.values(.greatest) { $0.checkerLag * 1_000 }),
                SVGChart.Line(
                    name: "scheduling, max", colour: "c5", isThin: true,
                    values: series.values(.greatest) { $0.lagMax }),
                SVGChart.Line(
                    name: "scheduling, p99", colour: "c2",
                    values: series.values(.greatest) { $0.lagP99 }),
            ].filter(isAnything))
        lag.note = "log scale"
        lag.y = logAxis(lag.lines.map(aboveZero))
        lag.format = Figure.milliseconds
        return [processor, memory(report, series), files, lag].map { $0.markup() }.joined()
    }

    private static func aboveZero(_ line: SVGChart.Line) -> SVGChart.Line {
        var line = line
        line.values = line.values.map { ($0 ?? 0) > 0.01 ? $0 : nil }
        return line
    }

    private static func memory(_ report: BenchReport, _ series: ReportSeries) -> SVGChart {
        let greatest = report.series.map { max($0.serverRSS, $0.generatorRSS) }.max() ?? 0
        let isGreat = greatest >= 4 << 30
        let factor = Double(isGreat ? 1 << 30 : 1 << 20)
        var memory = overTime(
            report, series, title: "Resident memory", unit: isGreat ? "GiB" : "MiB",
            lines: [
                SVGChart.Line(
                    name: "server", colour: "c1",
                    values: series.values(.greatest) { Double($0.serverRSS) / factor }),
                SVGChart.Line(
                    name: "imbench", colour: "c2",
                    values: series.values(.greatest) { Double($0.generatorRSS) / factor }),
            ].filter(isAnything))
        memory.format = { Figure.bytes($0 * factor) }
        return memory
    }
}
