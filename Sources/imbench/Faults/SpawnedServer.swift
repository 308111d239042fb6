import Foundation
import FreeIMProtocol
import NIOConcurrencyHelpers

/// A server of the harness's own: started on free ports (`LoopbackPort`), killed and restarted
/// at will.
///
/// Its folder holds its data, its clock (`ServerClock`) and what it wrote to standard error. All
/// calls may come from any thread; those that say so block, so never from an event loop.
final class SpawnedServer: Sendable {
    /// Seconds that a server has to come up, and to end after SIGTERM.
    static let startSecondsMax = 60
    static let endSecondsMax = 60
    /// Times that its first start is tried, with other ports each time.
    static let startsMax = 3
    /// Bytes of its log that `log(lines:)` reads, from the end.
    static let logBytesMax = 65_536

    private struct State {
        var process: ChildProcess?
        var host = "127.0.0.1"
        var tcpPort = 0
        var httpPort = 0
        /// 0: it has no such listener.
        var wsPort = 0
        /// Whether its end is ours, so that nobody has to be told.
        var isEndWanted = false
        var clockOffset: Int64 = 0
        /// Whether it accepted once, and so has its ports.
        var hasPorts = false
        var isRemoved = false
    }

    let folder: String
    let command: ServerCommand
    private let environment: [String: String]
    private let state = NIOLockedValueBox(State())

    /// A server with a folder of its own, not started yet; `BenchError` (usage) when the plan
    /// names none that can be.
    init(
        plan: ServerPlan, transport: TransportPlan = TransportPlan(),
        extraEnvironment: [String: String] = [:]
    ) throws {
        folder = NSTemporaryDirectory() + "imbench-\(UUID().uuidString)"
        let inherited = ProcessInfo.processInfo.environment
        command = try ServerCommand(
            plan: plan, folder: folder, transport: transport,
            surroundings: ServerCommand.Surroundings(
                ownFolder: Self.ownFolder, path: inherited["PATH"] ?? "",
                isExecutable: { FileManager.default.isExecutableFile(atPath: $0) }))
        // A run depends on its scenario, not on what the shell says to servers.
        environment =
            inherited
            .filter { !$0.key.hasPrefix("FREEIM_") || $0.key == "FREEIM_TEST_FAULTS" }
            .merging(["FREEIM_TEST_CLOCK": folder + "/clock"]) { $1 }
            .merging(plan.environment) { $1 }
            .merging(extraEnvironment) { $1 }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try ServerClock.write(0, path: folder + "/clock")
        if command.needsCertificate, let certificate = command.certificate, let key = command.key {
            do {
                try OwnCertificate.make(certificate: certificate, key: key)
            } catch {
                try? FileManager.default.removeItem(atPath: folder)
                throw error
            }
        }
    }

    private static var ownFolder: String? {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return own.map { String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) }
    }

    var host: String { state.withLockedValue { $0.host } }
    var tcpPort: Int { state.withLockedValue { $0.tcpPort } }
    var httpPort: Int { state.withLockedValue { $0.httpPort } }
    var wsPort: Int { state.withLockedValue { $0.wsPort } }
    /// 0: none was started yet.
    var pid: Int32 { state.withLockedValue { $0.process?.pid ?? 0 } }
    var quotas: (single: Int, group: Int, newDevice: Int) { command.quotas }

    /// The status with which it ended by itself (128 and the signal, when one ended it); nil: it
    /// runs, was not started, or ended because it was told to.
    var exit: Int32? {
        let (process, isEndWanted) = state.withLockedValue { ($0.process, $0.isEndWanted) }
        return isEndWanted ? nil : process?.status
    }

    func adminToken() throws -> String {
        try String(contentsOfFile: command.dataFolder + "/admin.token", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The last lines that it wrote to standard error.
    func log(lines: Int) -> [String] {
        guard let file = FileHandle(forReadingAtPath: folder + "/server.log") else { return [] }
        defer { try? file.close() }
        let size = (try? file.seekToEnd()) ?? 0
        try? file.seek(toOffset: size - min(size, UInt64(Self.logBytesMax)))
        let bytes = (try? file.readToEnd()) ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(lines)
            .map(String.init)
    }

    // MARK: Starting

    /// Starts it, or starts it again on the ports it had; blocks until it accepts. What started
    /// and is of no use is gone when this throws. Nothing happens while it runs.
    func start() throws {
        let (isRunning, hasPorts, isRemoved) = state.withLockedValue { state in
            (state.process.map { $0.status == nil } ?? false, state.hasPorts, state.isRemoved)
        }
        if isRemoved { throw BenchError(.unreachable, "the server was ended and removed") }
        if isRunning { return }
        if hasPorts { return try start(tcpPort: tcpPort, httpPort: httpPort, wsPort: wsPort) }
        for attempt in 1... {
            do {
                return try start(
                    tcpPort: LoopbackPort.pick(), httpPort: LoopbackPort.pick(),
                    wsPort: LoopbackPort.pick())
            } catch {
                // Somebody else may have taken a port since it was looked at.
                let isPortTaken = log(lines: 1).last?.contains("cannot listen on") ?? false
                if !isPortTaken || attempt == Self.startsMax { throw error }
            }
        }
    }

    private func start(tcpPort: Int, httpPort: Int, wsPort: Int) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw BenchError(.unreachable, "no pipe: \(String(cString: strerror(errno)))")
        }
        defer { close(ends[0]) }
        let process = try spawn(
            command.arguments(tcpPort: tcpPort, httpPort: httpPort, wsPort: wsPort),
            output: ends[1])
        let ready = JSONValue(parsing: Self.line(from: ends[0])) ?? .null
        guard let tcp = Self.address(ready["tcp"]), let http = Self.address(ready["http"]) else {
            throw failedStart(process)
        }
        let ws = Self.address(ready["ws"])
        state.withLockedValue { state in
            state.host = tcp.host
            state.tcpPort = tcp.port
            state.httpPort = http.port
            state.wsPort = ws?.port ?? 0
            state.hasPorts = true
        }
    }

    /// Starts the process and closes `output` here.
    private func spawn(_ arguments: [String], output: Int32) throws -> ChildProcess {
        let log = open(
            folder + "/server.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer {
            close(output)
            if log >= 0 { close(log) }
        }
        let process = try ChildProcess(
            executable: command.executable,
            arguments: arguments, environment: environment, output: output,
            errors: log >= 0 ? log : 2)
        let isRemoved = state.withLockedValue { state in
            state.process = process
            state.isEndWanted = state.isRemoved
            return state.isRemoved
        }
        // Whoever removed it meanwhile saw no process to end.
        if isRemoved { process.send(SIGKILL) }
        return process
    }

    private static func address(_ value: JSONValue) -> (host: String, port: Int)? {
        guard let text = value.text, let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...])
        else { return nil }
        return (String(text[..<colon]), port)
    }

    /// The first line of what comes; shorter when it ends, or does not come in time.
    private static func line(from file: Int32) -> [UInt8] {
        let deadline = Date().addingTimeInterval(Double(startSecondsMax))
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < 4_096 {
            let left = deadline.timeIntervalSinceNow
            var wanted = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&wanted, 1, Int32(left * 1_000) + 1) > 0 else { return [] }
            guard read(file, &byte, 1) == 1 else { return [] }
            if byte == 10 { return line }
            line.append(byte)
        }
        return []
    }

    private func failedStart(_ process: ChildProcess) -> BenchError {
        // Its output may have ended a moment before itself. This error tells of its end.
        state.withLockedValue { $0.isEndWanted = true }
        let ended = process.status ?? Self.wait(process, seconds: 1)
        if ended == nil {
            process.send(SIGKILL)
            process.wait()
        }
        let why =
            ended.map { "ended with status \($0)" }
            ?? "was not ready within \(Self.startSecondsMax) s, or said so in other words"
        let (words, isRemoved) = (log(lines: 10), state.withLockedValue { $0.isRemoved })
        if isRemoved { try? FileManager.default.removeItem(atPath: folder) }
        let tail = words.isEmpty ? "" : "; its last words:\n" + words.joined(separator: "\n")
        return BenchError(.unreachable, "the server \(command.executable) \(why)\(tail)")
    }

    private static func wait(_ process: ChildProcess, seconds: Int) -> Int32? {
        let deadline = Date().addingTimeInterval(Double(seconds))
        while Date() < deadline {
            if let status = process.status { return status }
            usleep(5_000)
        }
        return process.status
    }

    // MARK: Ending

    /// kill -9; blocks until it is gone.
    func kill() {
        guard let process = endWanted() else { return }
        process.send(SIGKILL)
        process.wait()
    }

    /// SIGTERM; blocks until it is gone, which is helped along after `endSecondsMax`. Its exit
    /// status; 128 and the signal when one ended it.
    @discardableResult
    func terminate() -> Int32 {
        guard let process = endWanted() else { return 0 }
        process.send(SIGTERM)
        process.send(SIGCONT)  // A stopped process hears of SIGTERM when it goes on.
        if let status = Self.wait(process, seconds: Self.endSecondsMax) { return status }
        process.send(SIGKILL)
        return process.wait()
    }

    private func endWanted() -> ChildProcess? {
        state.withLockedValue { state in
            // One that died before by itself still did.
            if state.process?.status == nil { state.isEndWanted = true }
            return state.process
        }
    }

    /// Ends it and removes all that it stored; `keepsFolder` leaves that, with its log, behind.
    func remove(keepsFolder: Bool = false) {
        state.withLockedValue { $0.isRemoved = true }
        terminate()
        if !keepsFolder { try? FileManager.default.removeItem(atPath: folder) }
    }

    // MARK: Disturbing

    /// SIGSTOP: it is there and does nothing.
    func stop() { state.withLockedValue { $0.process }?.send(SIGSTOP) }

    /// SIGCONT.
    func resume() { state.withLockedValue { $0.process }?.send(SIGCONT) }

    /// Lets no file of its grow or change any more, or lets them again. A process that starts
    /// anew has room.
    func setDiskFull(_ isFull: Bool) throws {
        guard let process = state.withLockedValue({ $0.process }), process.status == nil else {
            return
        }
        try CLibrary.setDiskFull(isFull, pid: process.pid)
    }

    /// Moves its clock by so much more, also of the processes that follow; negative: back.
    func stepClock(by milliseconds: Int64) throws {
        let total = state.withLockedValue { state in
            state.clockOffset += milliseconds
            return state.clockOffset
        }
        try ServerClock.write(total, path: folder + "/clock")
    }
}
