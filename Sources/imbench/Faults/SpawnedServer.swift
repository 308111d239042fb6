import Foundation
import FreeIMProtocol
import NIOConcurrencyHelpers

/// A server of the harness's own: started on free ports, killed and restarted at will.
final class SpawnedServer: Sendable {
    private struct State {
        var process: Process?
        var tcpPort = 0
        var httpPort = 0
    }

    private let executable: String
    private let folder: String
    private let arguments: [String]
    private let state = NIOLockedValueBox(State())

    /// A server of that executable with a data folder of its own.
    init(executable: String, arguments: [String] = []) throws {
        guard FileManager.default.isExecutableFile(atPath: executable) else {
            throw BenchError(
                .usage, "there is no server at \(executable); build it, or --spawn one")
        }
        self.executable = executable
        self.arguments = arguments
        folder = NSTemporaryDirectory() + "imbench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    var tcpPort: Int { state.withLockedValue { $0.tcpPort } }
    var httpPort: Int { state.withLockedValue { $0.httpPort } }
    var pid: Int32 { state.withLockedValue { $0.process?.processIdentifier ?? 0 } }

    func adminToken() throws -> String {
        try String(contentsOfFile: folder + "/data/admin.token", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Starts (or restarts) it, on the ports it had before; returns when it accepts.
    func start() throws {
        let (tcp, http) = (tcpPort, httpPort)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments =
            [
                "--data", folder + "/data", "--tcp", "127.0.0.1:\(tcp)", "--http",
                "127.0.0.1:\(http)", "--log-level", "error",
            ] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 {
            line.append(byte)
        }
        let ready = JSONValue(parsing: line) ?? .null
        guard let tcpAt = ready["tcp"].text, let httpAt = ready["http"].text else {
            process.waitUntilExit()
            throw BenchError(.unreachable, "the server did not start (see its words above)")
        }
        let ports = [tcpAt, httpAt].map { Int($0.split(separator: ":").last ?? "0") ?? 0 }
        state.withLockedValue { state in
            state.process = process
            state.tcpPort = ports[0]
            state.httpPort = ports[1]
        }
    }

    /// kill -9.
    func kill() {
        guard let process = state.withLockedValue({ $0.process }) else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM, and its exit status.
    @discardableResult
    func terminate() -> Int32 {
        guard let process = state.withLockedValue({ $0.process }) else { return 0 }
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Ends it and removes what it stored.
    func remove() {
        terminate()
        try? FileManager.default.removeItem(atPath: folder)
    }
}
