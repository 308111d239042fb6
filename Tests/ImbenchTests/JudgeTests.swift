import Testing

@testable import imbench

/// Observations of several workers are judged in one order of time.
@Suite struct JudgeTests {
    private static let ms: Int64 = 1_000_000

    private func judge(workers: Int) -> Judge {
        var scenario = Scenario()
        scenario.traffic = [TrafficPlan(name: "dm", action: .send)]
        scenario.phases = [PhasePlan(name: "steady", kind: .load(seconds: 9), use: [0])]
        var ledger = Ledger()
        for user in 0..<2 {
            _ = ledger.addUser()
            _ = ledger.addDevice(user: user)
        }
        _ = ledger.addConversation(members: [0, 1], isGroup: false)
        return Judge(
            scenario: scenario, ledger: ledger, workers: workers, begun: 0, startedAt: 0)
    }

    private func sent(_ time: Int64) -> [Observation] {
        [
            Observation(time: 1, event: .connecting(device: 0)),
            Observation(time: 2, event: .online(device: 0)),
            Observation(time: 2, event: .back(device: 0)),
            Observation(
                time: time,
                event: .sent(
                    Observation.Sent(
                        send: 0, device: 0, conversation: 0, traffic: 0, code: 1, isHTTP: false,
                        target: -1, due: time - Self.ms))),
            Observation(time: time, event: .transmitted(send: 0)),
            Observation(
                time: time + 2 * Self.ms,
                event: .acked(send: 0, conversation: 0, seq: 1, isDuplicate: false)),
        ]
    }

    private func received(_ time: Int64) -> [Observation] {
        [
            Observation(time: 1, event: .connecting(device: 1)),
            Observation(time: 2, event: .online(device: 1)),
            Observation(time: 2, event: .back(device: 1)),
            Observation(
                time: time,
                event: .delivered(
                    Observation.Delivered(
                        device: 1, conversation: 0, seq: 1, send: 0, content: 0, way: .push,
                        code: 1, member: -1))),
        ]
    }

    @Test func aDeliveryToldFirstIsJudgedBehindItsSend() {
        let judge = judge(workers: 2)
        judge.begin(phase: 0, at: 0)
        judge.take(received(15 * Self.ms), from: 1, through: 20 * Self.ms)
        #expect(judge.ledger.deliveries == 0)
        judge.take(sent(10 * Self.ms), from: 0, through: 20 * Self.ms)
        #expect(judge.ledger.counts.values.reduce(0, +) == 0)
        #expect(judge.ledger.deliveries == 1 && judge.ledger.acknowledged == 1)
        #expect(judge.judgedThrough == 20 * Self.ms)
        let tally = judge.tallies[0][0]
        #expect((tally.sent, tally.acked, tally.delivered) == (1, 1, 1))
    }

    @Test func latencyCountsFromWhenItWasDueAndFromWhenItWasSent() throws {
        let judge = judge(workers: 1)
        judge.begin(phase: 0, at: 0)
        judge.take(sent(10 * Self.ms), from: 0, through: 20 * Self.ms)
        judge.take(received(15 * Self.ms), from: 0, through: 30 * Self.ms)
        let tally = judge.tallies[0][0]
        #expect(abs((tally.ack?.milliseconds(50) ?? 0) - 3) < 0.01)
        #expect(abs((tally.ackSent?.milliseconds(50) ?? 0) - 2) < 0.01)
        #expect(abs((tally.deliver?.milliseconds(50) ?? 0) - 6) < 0.01)
        #expect(abs((tally.deliverSent?.milliseconds(50) ?? 0) - 5) < 0.01)
    }

    @Test func aDeviceThatWasAwayByItsOwnWillIsNoMeasureOfSpeed() {
        let judge = judge(workers: 1)
        judge.begin(phase: 0, at: 0)
        judge.take(sent(10 * Self.ms), from: 0, through: 13 * Self.ms)
        let away = [
            Observation(time: 8 * Self.ms, event: .away(device: 1)),
            Observation(time: 14 * Self.ms, event: .back(device: 1)),
        ]
        let all = received(15 * Self.ms)
        judge.take(
            all.dropLast() + away + [all[all.count - 1]], from: 0, through: 20 * Self.ms)
        let tally = judge.tallies[0][0]
        #expect(tally.delivered == 1 && tally.deliver == nil)
        #expect(tally.ack?.count == 1)
    }

    @Test func everySecondIsClosedAlsoAnEmptyOne() {
        let judge = judge(workers: 1)
        judge.begin(phase: 0, at: 0)
        judge.take(sent(10 * Self.ms), from: 0, through: 3_500 * Self.ms)
        #expect(judge.seconds.map(\.sent) == [1, 0, 0])
        #expect(judge.seconds[0].ack != nil && judge.seconds[1].ack == nil)
        #expect(judge.histograms?.text.contains("Tag=dm.ack,0.000,1.000,") == true)
    }
}
