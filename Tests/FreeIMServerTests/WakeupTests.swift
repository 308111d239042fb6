import Testing

@testable import FreeIMServer

@Suite struct WakeupTests {
    @Test(.timeLimit(.minutes(1))) func raisedBeforeTheWait() async {
        let wakeup = Wakeup()
        wakeup.raise()
        await wakeup.wait(milliseconds: 3_600_000)
    }

    @Test(.timeLimit(.minutes(1))) func raisedMeanwhile() async {
        let wakeup = Wakeup()
        for _ in 0..<200 {
            async let waiting: Void = wakeup.wait(milliseconds: 3_600_000)
            wakeup.raise()
            await waiting
        }
    }

    @Test(.timeLimit(.minutes(1))) func itsTimeIsOver() async {
        await Wakeup().wait(milliseconds: 1)
    }

    @Test(.timeLimit(.minutes(1))) func cancelled() async {
        let wakeup = Wakeup()
        let task = Task { await wakeup.wait(milliseconds: 3_600_000) }
        task.cancel()
        await task.value
    }
}
