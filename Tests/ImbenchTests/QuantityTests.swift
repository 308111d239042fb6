import Testing

@testable import imbench

@Suite struct QuantityTests {
    @Test(arguments: [
        ("500ms", 0.5), ("15s", 15), ("2m", 120), ("1h", 3_600), ("1.5s", 1.5), ("0s", 0),
        ("250us", 0.000_25), ("168h", 604_800),
    ]) func timesHaveUnits(text: String, seconds: Double) throws {
        let read = try #require(Quantity.time(text))
        #expect(abs(read - seconds) < 1e-9)
    }

    @Test(arguments: [
        "", "5", "s", "5 s", "5sec", "-5s", "169h", "1e3s", "nans", "infs", "5S", ".5s", "5.s",
        "1.2.3s", "--1s", "+1s", "٣s",
    ]) func otherTextsAreNoTimes(text: String) {
        #expect(Quantity.time(text) == nil)
    }

    @Test func onlyASignedTimeGoesBack() {
        #expect(Quantity.time("-1h", isSigned: true) == -3_600)
        #expect(Quantity.time("-169h", isSigned: true) == nil)
        #expect(Quantity.time("-", isSigned: true) == nil)
    }

    @Test func aSpanIsOneTimeOrTwo() {
        #expect(Quantity.times("5s..30s") == 5...30)
        #expect(Quantity.times("500ms") == 0.5...0.5)
        for wrong in ["30s..5s", "5..30s", "5s..", "5s..6s..7s", "5s...30s"] {
            #expect(Quantity.times(wrong) == nil, "\(wrong)")
        }
    }

    @Test func ratesAreBySecondMinuteOrHour() {
        #expect(Quantity.rate("400/s") == 400)
        #expect(Quantity.rate("30/m") == 0.5)
        #expect(Quantity.rate("36/h") == 0.01)
        for wrong in ["400", "400s", "0/s", "-1/s", "2000000/s", "4/d", "/s"] {
            #expect(Quantity.rate(wrong) == nil, "\(wrong)")
        }
    }

    @Test func sharesArePercent() {
        #expect(Quantity.share("50%") == 0.5)
        #expect(Quantity.share("0%") == 0)
        #expect(Quantity.share("150%") == nil)
        #expect(Quantity.share("150%", isFree: true) == 1.5)
        for wrong in ["0.5", "50", "-1%", "%", "5 %"] {
            #expect(Quantity.share(wrong) == nil, "\(wrong)")
        }
    }

    @Test func bytesCountByPowersOfTwo() {
        #expect(Quantity.bytes("200") == 200)
        #expect(Quantity.bytes("2KB") == 2_048)
        #expect(Quantity.bytes("1.5MB") == 1_572_864)
        for wrong in ["-1", "+1", "2kb", "2GB", "1.5", "999999999999999999MB", ""] {
            #expect(Quantity.bytes(wrong) == nil, "\(wrong)")
        }
    }

    @Test func aBoundHasItsMetricsUnit() {
        #expect(Quantity.bound("20ms", .milliseconds) == 20)
        #expect(Quantity.bound("2s", .milliseconds) == 2_000)
        #expect(Quantity.bound("16us", .microseconds).map { ($0 * 1_000).rounded() } == 16_000)
        #expect(Quantity.bound("3s", .seconds) == 3)
        #expect(Quantity.bound("99%", .percent) == 99)
        #expect(Quantity.bound("250%", .percent) == 250)
        #expect(Quantity.bound("10KB", .bytes) == 10_240)
        #expect(Quantity.bound("1000/s", .perSecond) == 1_000)
        #expect(Quantity.bound("0", .count) == 0)
        for (wrong, unit) in [
            ("20", Metric.Unit.milliseconds), ("20ms", .count), ("20ms", .percent),
            ("-5", .count), ("nan", .count), ("inf", .count), ("0x10", .count),
            ("-1%", .percent), ("5", .perSecond), ("3", .seconds), ("5s", .bytes),
        ] {
            #expect(Quantity.bound(wrong, unit) == nil, "\(wrong) \(unit)")
        }
    }
}
