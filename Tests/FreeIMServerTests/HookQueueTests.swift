import FreeIMProtocol
import Testing

@testable import FreeIMServer

@Suite(.timeLimit(.minutes(1))) struct HookQueueTests {
    private let fixture = StoreFixture()

    private func open(
        callsMax: Int = 100, attemptsMax: Int = 3, deadMax: Int = 10_000, now: Int64 = 0
    ) throws -> HookQueue {
        _ = try StoreOpening.prepare(fixture.folder)
        return try HookQueue(
            fixture.folder, callsMax: callsMax, attemptsMax: attemptsMax, timeoutSeconds: 10,
            now: now, deadMax: deadMax)
    }

    private func draft(_ userID: Int64, _ rows: Int64...) -> HookCall.Draft {
        HookCall.Draft(userID: userID, url: "http://127.0.0.1/", rows: rows)
    }

    /// The rows of the calls that are due.
    private func take(_ queue: HookQueue, now: Int64 = 1, most: Int = 10) async throws -> [HookCall]
    {
        try await queue.take(.push, most: most, now: now)
    }

    @Test func oneCallOfAUserAtATimeInOrder() async throws {
        let queue = try open()
        try await queue.add(
            [draft(1, 10), draft(2, 11), draft(1, 12), draft(1, 13)], .push, through: 13, now: 1)
        var first = try await take(queue)
        #expect(first.map(\.rows) == [[10], [11]])
        #expect(try await take(queue).isEmpty, "both are under way")
        try await queue.done(first[0], isSkipped: false, now: 2)
        first = try await take(queue, now: 2)
        #expect(first.map(\.rows) == [[12]])
        try await queue.done(first[0], isSkipped: true, now: 3)
        #expect(try await take(queue, now: 3).map(\.rows) == [[13]])
        let counts = queue.counts
        #expect((counts.waiting, counts.taken, counts.skipped) == (2, 1, 1))
        #expect(try await queue.row(.push) == 13)
        #expect(try await queue.row(.bot) == nil)
        await queue.close()
    }

    @Test func aLookWithoutACallIsWrittenNowAndThen() async throws {
        var queue = try open()
        try await queue.add([draft(1, 10)], .push, through: 10, now: 1)
        try await queue.add([], .push, through: 11, now: 2)
        #expect(try await queue.row(.push) == 10)
        try await queue.add([], .push, through: 12, now: 1 + HookQueue.unnotedMsMax)
        #expect(try await queue.row(.push) == 12)
        let far = 12 + HookQueue.unnotedRowsMax
        try await queue.add([], .push, through: far, now: 1 + HookQueue.unnotedMsMax)
        #expect(try await queue.row(.push) == far)
        try await queue.add([], .push, through: far + 1, now: 2 + HookQueue.unnotedMsMax)
        await queue.close()
        queue = try open()
        #expect(try await queue.row(.push) == far + 1)
        await queue.close()
    }

    @Test func kindsAreApart() async throws {
        let queue = try open()
        try await queue.add([draft(1, 10)], .push, through: 10, now: 1)
        try await queue.add([draft(1, 10)], .bot, through: 10, now: 1)
        #expect(try await take(queue).count == 1)
        #expect(try await queue.take(.bot, most: 10, now: 1).count == 1)
        try await queue.set(.push, row: nil)
        #expect(queue.counts.waiting == 1)
        await queue.close()
    }

    @Test func aFailedCallWaitsAndHoldsThoseBehindIt() async throws {
        let queue = try open(attemptsMax: 2)
        try await queue.add([draft(1, 10), draft(1, 11)], .push, through: 11, now: 1)
        let call = try await take(queue)[0]
        try await queue.failed(call, "status 500", isFinal: false, now: 2)
        #expect(try await take(queue, now: 2).isEmpty)
        let again = try await take(queue, now: 2 + HookQueue.retryMsFirst)
        #expect(again.map(\.rows) == [[10]])
        #expect(again[0].delivery == call.delivery)
        try await queue.failed(again[0], "status 500", isFinal: false, now: 3_000)
        #expect(try await take(queue, now: 3_000).map(\.rows) == [[11]])
        let counts = queue.counts
        #expect((counts.waiting, counts.dead, counts.failures) == (1, 1, 2))
        await queue.close()
    }

    @Test func operatorsRetryTheDead() async throws {
        let queue = try open()
        try await queue.add([draft(1, 10), draft(1, 11)], .push, through: 11, now: 1)
        try await queue.failed(try await take(queue)[0], "status 400", isFinal: true, now: 2)
        let next = try await take(queue, now: 2)[0]
        let dead = try await queue.dead(limit: 10)
        #expect(dead.map(\.lastError) == ["status 400"])
        #expect(try await queue.retry(dead[0].id, now: 3))
        #expect(try await !queue.retry(dead[0].id, now: 3))
        #expect(try await take(queue, now: 3).isEmpty, "another call of the user is under way")
        try await queue.done(next, isSkipped: false, now: 4)
        #expect(try await take(queue, now: 4).map(\.rows) == [[10]])
        #expect(queue.counts.dead == 0)
        await queue.close()
    }

    @Test func theDeadAreBounded() async throws {
        let queue = try open(deadMax: 2)
        for row in 1...4 as ClosedRange<Int64> {
            try await queue.add([draft(row, row)], .push, through: row, now: row)
            let call = try await take(queue, now: row)[0]
            try await queue.failed(call, "status 400", isFinal: true, now: row)
        }
        #expect(try await queue.dead(limit: 10).map(\.userID) == [4, 3])
        #expect(try await queue.dead(before: 4, limit: 10).map(\.userID) == [3])
        #expect((queue.counts.dead, queue.counts.forgotten) == (2, 2))
        await queue.close()
    }

    @Test func aFullQueueWaitsForRoom() async throws {
        let queue = try open(callsMax: 2)
        try await queue.add([draft(1, 10), draft(2, 11)], .push, through: 11, now: 1)
        let waiting = Task { try await queue.waitForRoom(.push) }
        let cancelled = Task { try await queue.waitForRoom(.bot) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        try await queue.done(try await take(queue)[0], isSkipped: false, now: 2)
        try await waiting.value
        await queue.close()
    }

    @Test func afterADayItIsDropped() async throws {
        let queue = try open()
        try await queue.add([draft(1, 10), draft(1, 11)], .push, through: 11, now: 1)
        #expect(try await take(queue, now: HookQueue.ageMsMax + 2).isEmpty)
        #expect((queue.counts.expired, queue.counts.waiting) == (1, 1))
        await queue.close()
    }

    @Test func whatWasUnderWayIsMadeAgainAfterACrash() async throws {
        var queue = try open()
        try await queue.add([draft(1, 10), draft(1, 11)], .push, through: 11, now: 1)
        let call = try await take(queue)[0]
        await queue.close()
        queue = try open(now: 5)
        #expect(queue.counts.waiting == 2)
        #expect(try await queue.row(.push) == 11)
        let again = try await take(queue, now: 5)
        #expect(again.map(\.rows) == [[10]])
        #expect(again[0].delivery == call.delivery)
        await queue.close()
    }

    @Test func anAccountIsForgotten() async throws {
        let queue = try open()
        try await queue.add(
            [draft(1, 10), draft(1, 11), draft(2, 12)], .push, through: 12, now: 1)
        let call = try await take(queue, most: 1)[0]
        try await queue.forget(1)
        try await queue.done(call, isSkipped: false, now: 2)
        #expect(queue.counts.waiting == 1)
        #expect(try await take(queue, now: 2).map(\.rows) == [[12]])
        await queue.close()
    }

    @Test func waitsGrowAndAreBounded() {
        for attempts in 1...30 {
            let bound = min(HookQueue.retryMsMost, 1_000 << Int64(2 * min(attempts - 1, 10)))
            for random in [0, 0.5, 0.999] {
                let wait = HookQueue.retryMs(attempts: attempts, random: random)
                #expect((bound / 2...bound).contains(wait))
            }
        }
    }

    @Test func aBotsCallsAreBounded() {
        func entry(_ row: Int64, _ content: String) -> LogFollower.Entry {
            LogFollower.Entry(row: row, item: StoreFixture.text(1, content, id: "\(row)"))
        }
        let many = BotFeed.calls(7, "u", (1...250).map { entry($0, "x") })
        #expect(many.map(\.rows.count) == [100, 100, 50])
        #expect(many.flatMap(\.rows) == Array(1...250))
        let half = String(repeating: "x", count: BotFeed.contentBytesMax / 2)
        let long = BotFeed.calls(7, "u", (1...5).map { entry($0, half) })
        #expect(long.map(\.rows) == [[1, 2], [3, 4], [5]])
    }
}
