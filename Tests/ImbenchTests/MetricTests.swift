import Testing

@testable import imbench

@Suite struct MetricTests {
    @Test func metricsAreFoundByTheirNames() {
        let traffic = ["dm"]
        #expect(Metric.named("loss", traffic: traffic)?.unit == .count)
        #expect(Metric.named("sched_lag.p99", traffic: traffic)?.unit == .milliseconds)
        #expect(Metric.named("dm.ack.p99", traffic: traffic)?.isMoreWorse == true)
        #expect(Metric.named("dm.deliver.mean", traffic: traffic) != nil)
        for wrong in ["dm.ack.p98", "dm.ack", "group.ack.p99", "los", "dm.lost.p99", ""] {
            #expect(Metric.named(wrong, traffic: traffic) == nil, "\(wrong)")
        }
    }
}
