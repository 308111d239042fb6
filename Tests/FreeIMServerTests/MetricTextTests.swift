import Testing

@testable import FreeIMServer

@Suite struct MetricTextTests {
    @Test func aHistogramIsCumulative() {
        let histogram = MetricHistogram([10, 100])
        for value: Int64 in [1, 10, 11, 100, 101, 5_000] { histogram.observe(value) }
        #expect(histogram.reading.cumulative == [2, 4, 6])
        #expect(histogram.reading.sum == 5_223)
        var page = MetricText()
        page.histogram("x_seconds", histogram, ["route": "/a"], perUnit: 10)
        #expect(
            page.text == """
                freeim_x_seconds_bucket{route="/a",le="1"} 2
                freeim_x_seconds_bucket{route="/a",le="10"} 4
                freeim_x_seconds_bucket{route="/a",le="+Inf"} 6
                freeim_x_seconds_sum{route="/a"} 522.3
                freeim_x_seconds_count{route="/a"} 6

                """)
    }

    @Test func labelsAreEscaped() {
        var page = MetricText()
        page.sample("x", ["a": "say \"hi\"\\\n"], 1)
        #expect(page.text == "freeim_x{a=\"say \\\"hi\\\"\\\\\\n\"} 1\n")
    }

    @Test func manyThreadsLoseNothing() async {
        let histogram = MetricHistogram(MetricHistogram.times)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for value in 0..<10_000 { histogram.observe(Int64(value)) } }
            }
        }
        #expect(histogram.reading.cumulative.last == 80_000)
        #expect(histogram.reading.sum == 8 * 49_995_000)
    }

    /// What a message pays for being counted: ten observations are a microsecond at most, so that
    /// one or two a batch cost less than a hundredth of what a message costs.
    @Test func observingIsCheap() {
        let histogram = MetricHistogram(MetricHistogram.times)
        let clock = ContinuousClock()
        let time = clock.measure {
            for value in 0..<200_000 { histogram.observe(Int64(value % 3_000)) }
        }
        #expect(time < .seconds(2), "200,000 observations, in a debug build")
    }
}
