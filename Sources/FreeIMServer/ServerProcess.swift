import Foundation
import Logging
import NIOConcurrencyHelpers

/// The life of one server process: start, serve, drain, end.
public enum ServerProcess {
    /// Serves until SIGTERM or SIGINT; the process's exit status.
    ///
    /// Standard output gets the one ready line; logs and complaints go to standard error.
    public static func run(_ config: ServerConfig) async -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGHUP, SIG_IGN)  // Until there is something to read again.
        signal(SIGXFSZ, SIG_IGN)  // A file at its size limit is a failed write, not the end.
        raiseOpenFiles()
        config.logFormat.bootstrap()
        var log = Logger(label: "freeim-server")
        log.logLevel = config.logLevel
        let signals = SignalWaiter([SIGTERM, SIGINT])
        do {
            let faults = try ServerFaults.parse(
                ProcessInfo.processInfo.environment["FREEIM_TEST_FAULTS"] ?? "")
            if faults.isAny {
                log.warning("FAULTS ARE BUILT IN ON PURPOSE; this server loses or repeats messages")
            }
            if try TestClock.named.get() != nil {
                log.warning("THE CLOCK IS A TEST'S (FREEIM_TEST_CLOCK); its times may be wrong")
            }
            let server = try await ServerInstance.start(
                config, faults: faults, log: log, onDrain: signals.asked)
            let hangUps = SignalListener(SIGHUP) { server.reload() }
            try announce(server, config)
            defer { RunningServer.remove(config.data) }
            await signals.wait()
            hangUps.cancel()
            log.info("draining")
            await server.drain()
            return 0
        } catch {
            let line = "freeim-server: \(error)\n"
            try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
            return 1
        }
    }

    /// The ready line, and the same for operators' commands in the data folder.
    private static func announce(_ server: ServerInstance, _ config: ServerConfig) throws {
        try RunningServer(
            pid: getpid(), tcp: server.tcp, ws: server.ws, http: server.http,
            certificate: config.tlsCert
        ).write(config.data)

        func quoted(_ address: ListenAddress?) -> String {
            address.map { "\"\($0)\"" } ?? "null"
        }
        let line =
            "{\"ready\":true,\"tcp\":\(quoted(server.tcp)),"
            + "\"ws\":\(quoted(server.ws)),\"http\":\(quoted(server.http)),\"pid\":\(getpid())}\n"
        try FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
    }

    /// As many open files as the system allows this process.
    private static func raiseOpenFiles() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

/// Calls something at each arrival of a signal, on a queue of its own.
final class SignalListener {
    private let source: any DispatchSourceSignal

    init(_ number: Int32, _ work: @escaping @Sendable () -> Void) {
        signal(number, SIG_IGN)
        source = DispatchSource.makeSignalSource(
            signal: number, queue: DispatchQueue(label: "signal"))
        source.setEventHandler(handler: work)
        source.resume()
    }

    func cancel() { source.cancel() }
}

/// Waits for the first of some signals; the second one ends the process at once.
final class SignalWaiter {
    private let stream: AsyncStream<Void>
    /// Does what the first signal does.
    let asked: @Sendable () -> Void
    private let sources: [any DispatchSourceSignal]

    init(_ signals: [Int32]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        self.stream = stream
        asked = { continuation.yield() }
        let seen = NIOLockedValueBox(0)
        var sources: [any DispatchSourceSignal] = []
        for number in signals {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(
                signal: number, queue: DispatchQueue(label: "signals"))
            source.setEventHandler {
                let count = seen.withLockedValue { count in
                    count += 1
                    return count
                }
                if count > 1 { _exit(1) }
                continuation.yield()
            }
            source.resume()
            sources.append(source)
        }
        self.sources = sources
    }

    func wait() async {
        for await _ in stream { return }
    }
}
