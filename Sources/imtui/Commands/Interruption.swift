import Dispatch
import Foundation

/// What ends a command that runs until it is ended: a signal, or that nobody reads any more.
enum Interruption {
    /// Seconds that the work may take to end.
    static let endSecondsMax = 5.0
    private static let signals = [SIGTERM, SIGINT, SIGHUP]

    /// Runs the work, and cancels its task when it is to end; returns then. A second signal ends
    /// the program at once.
    static func ends(_ work: @escaping @Sendable () async throws -> Void) async throws {
        // Nothing is begun before a signal finds somebody to take it.
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in gate {}
            try await work()
        }
        let sources = signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if task.isCancelled { exit(128 + number) }
                end(task)
            }
            source.resume()
            return source
        }
        let watch = Thread {
            if waitUntilUnread() { end(task) }
        }
        watch.start()
        opening.finish()
        defer { for source in sources { source.cancel() } }
        do {
            try await task.value
        } catch {
            if !task.isCancelled { throw error }
        }
    }

    private static func end(_ task: Task<Void, any Error>) {
        task.cancel()
        DispatchQueue.global().asyncAfter(deadline: .now() + endSecondsMax) {
            exit(ExitStatus.success)
        }
    }

    /// Waits until the reader of standard output is gone; false: that cannot be known.
    private static func waitUntilUnread() -> Bool {
        var polled = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        while true {
            let count = poll(&polled, 1, -1)
            if count < 0, errno == EINTR { continue }
            return count > 0 && polled.revents & Int16(POLLERR | POLLHUP) != 0
        }
    }
}
