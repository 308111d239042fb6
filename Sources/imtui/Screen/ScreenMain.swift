import Foundation
import FreeIMClient
import FreeIMProtocol

/// The screen's shell: one queue of actions, the reducer, the view, the painter.
enum ScreenMain {
    /// Actions that may wait; a keyboard and a cache do not reach it.
    static let actionsMax = 16_384

    /// Runs until the person leaves; the exit code.
    static func run(_ common: CommonOptions) async throws -> Int32 {
        let profile = try common.loadProfile()
        guard Terminal.open() else {
            throw ClientError.unknown(
                "the screen needs a terminal; 'imtui --help' lists what works without one")
        }
        defer { Terminal.close() }
        let (actions, sink) = AsyncStream.makeStream(
            of: ScreenAction.self, bufferingPolicy: .bufferingNewest(actionsMax))
        let signals = restoreOnSignals()
        defer { signals.forEach { $0.cancel() } }
        readKeys(sink)
        let driver = ScreenDriver(common: common, profile: profile, sink: sink)
        var state = ScreenState()
        (state.rows, state.columns) = Terminal.size
        var painter = TerminalPainter(colours: Terminal.colours)
        await driver.begin(&state)
        Terminal.write(painter.paint(ScreenView.draw(state)))
        var isDrawDue = false
        let clock = ContinuousClock()
        var drawnAt = clock.now
        for await action in actions {
            if case .drawNow = action {
                isDrawDue = false
                drawnAt = clock.now
                Terminal.write(painter.paint(ScreenView.draw(state)))
                continue
            }
            for effect in ScreenReducer.reduce(&state, action) {
                if effect == .redraw { painter.invalidate() }
                await driver.perform(effect, state)
            }
            if state.isEnding { break }
            // A burst of actions is drawn once: the draw stands behind them in the queue.
            if !isDrawDue {
                isDrawDue = true
                let isEarly = clock.now - drawnAt < .milliseconds(16)
                if isEarly {
                    Task {
                        try? await clock.sleep(for: .milliseconds(16))
                        sink.yield(.drawNow)
                    }
                } else {
                    sink.yield(.drawNow)
                }
            }
        }
        await driver.end(state)
        return ExitStatus.success
    }

    /// Reads keys on a thread of their own, since that blocks.
    private static func readKeys(_ sink: AsyncStream<ScreenAction>.Continuation) {
        let thread = Thread {
            while true {
                switch Terminal.read() {
                case .key(let key): sink.yield(.key(key))
                case .resized:
                    let size = Terminal.size
                    sink.yield(.resized(rows: size.rows, columns: size.columns))
                case .ended:
                    sink.finish()
                    return
                case .nothing: break
                }
            }
        }
        thread.name = "keys"
        thread.start()
    }

    /// Gives the terminal back when the process is told to end.
    private static func restoreOnSignals() -> [any DispatchSourceSignal] {
        [SIGTERM, SIGHUP, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                Terminal.close()
                Foundation.exit(128 + number)
            }
            source.resume()
            return source
        }
    }
}
