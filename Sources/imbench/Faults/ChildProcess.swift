import Foundation
import NIOConcurrencyHelpers

/// A process that this one started, in a process group of its own: what a terminal sends to
/// imbench does not reach it.
///
/// Only `wait` blocks. A process id is never used once its process is gone.
final class ChildProcess: Sendable {
    private struct State {
        var pid: Int32
        /// Its exit status, or 128 and the signal that ended it.
        var status: Int32?
    }

    let pid: Int32
    private let state: NIOLockedValueBox<State>

    /// Starts `executable`; its standard output and error go to those descriptors, and nothing
    /// else that is open here reaches it.
    init(
        executable: String, arguments: [String], environment: [String: String],
        output: Int32, errors: Int32
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        // Thousands of sockets are open here; one that a server inherited would never close.
        try CLibrary.addCloseFrom(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var usual = sigset_t()
        sigemptyset(&none)
        sigemptyset(&usual)
        for number in [SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT, SIGXFSZ] {
            sigaddset(&usual, number)
        }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words = ([executable] + arguments).map { strdup($0) }
        var settings = environment.map { strdup("\($0.key)=\($0.value)") }
        words.append(nil)
        settings.append(nil)
        defer { for text in words + settings { free(text) } }
        var started: Int32 = 0
        let code = posix_spawn(&started, executable, &actions, &attributes, words, settings)
        guard code == 0 else {
            throw BenchError(
                .unreachable, "\(executable) cannot be started: \(String(cString: strerror(code)))")
        }
        pid = started
        state = NIOLockedValueBox(State(pid: started))
        Self.running.withLockedValue { _ = $0.insert(started) }
    }

    /// Those that were started and have not been seen to end.
    private static let running = NIOLockedValueBox<Set<Int32>>([])

    /// kill -9 of all of them, for an end at once.
    static func killAll() {
        for pid in running.withLockedValue({ $0 }) { Foundation.kill(pid, SIGKILL) }
    }

    /// Its exit status, or 128 and the signal that ended it; nil: it runs.
    var status: Int32? {
        state.withLockedValue { state in
            if state.status == nil { Self.reap(&state) }
            return state.status
        }
    }

    /// Sends a signal, if it still runs.
    func send(_ signal: Int32) {
        state.withLockedValue { state in
            if state.status == nil { Foundation.kill(state.pid, signal) }
        }
    }

    /// Blocks until it is gone; its status.
    @discardableResult
    func wait() -> Int32 {
        while true {
            if let status { return status }
            var info = siginfo_t()
            waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT)
        }
    }

    private static func reap(_ state: inout State) {
        var raw: Int32 = 0
        guard waitpid(state.pid, &raw, WNOHANG) == state.pid else { return }
        let pid = state.pid
        running.withLockedValue { _ = $0.remove(pid) }
        let signal = raw & 0x7f
        state.status = signal == 0 ? (raw >> 8) & 0xff : 128 + signal
    }
}
