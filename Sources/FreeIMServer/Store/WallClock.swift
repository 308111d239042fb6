import Foundation

/// The one place that reads the wall clock.
enum WallClock {
    private static let testClock = try? TestClock.named.get()

    /// Milliseconds since the epoch.
    static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        if let testClock { return now + testClock.milliseconds }
        return now
    }
}
