import ArgumentParser
import Foundation
import FreeIMProtocol
import NIOConcurrencyHelpers

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Simulates devices against a server and checks every delivery.",
        discussion: """
            Without --address a server of its own is started (--spawn, or the one beside this \
            program). Exit codes: 0 pass, 1 correctness, 2 threshold, 3 harness invalid, 4 usage, \
            5 target unreachable.
            """)

    @Option(help: "HOST:PORT of a running server's TCP listener.") var address: String?
    @Option(help: "HOST:PORT of its HTTP listener.") var http: String?
    @Option(help: "The file with its admin token.") var adminTokenFile: String?
    @Option(help: "The server's executable to start.") var spawn: String?
    @Option(parsing: .upToNextOption, help: "More arguments for that server.")
    var serverArguments: [String] = []
    @Option(help: "Users.") var users = 100
    @Option(help: "Devices of each user.") var devicesPerUser = 1
    @Option(help: "Groups.") var groups = 0
    @Option(help: "Members of each group.") var groupMembers = 10
    @Option(name: .customLong("to"), help: "friend, group or mix.") var target = "friend"
    @Option(help: "Open loop: sends a second of all devices together.") var rate: Double?
    @Option(help: "Closed loop: unanswered sends of each device.") var window: Int?
    @Option(help: "Seconds before measuring.") var warmup = 2.0
    @Option(help: "Seconds measured ('10' or '10s').") var duration = "10"
    @Option(help: "Bytes of a message's content.") var bytes = 200
    @Option(help: "protobuf or json.") var body = "protobuf"
    @Option(help: "Connections opened a second.") var ramp = 2_000.0
    @Option(help: "kill -9 the server after so many seconds, and restart it.")
    var crashAfter: String?
    @Option(help: "How often.") var crashes = 1
    @Option(help: "Seconds it stays down.") var restartAfter = "0.5"
    @Option(help: "Messages after which a device acknowledges.") var ackEvery = 32
    @Option(help: "Milliseconds after which a device acknowledges.") var ackInterval: Int64 = 200
    @Option(help: "Seconds to wait for the last deliveries.") var drain = 30.0
    @Option(help: "Fails (2) when send→ack p99 is over so many ms.") var maxAckP99: Double?
    @Option(help: "Fails (2) when send→delivered p99 is over so many ms.")
    var maxDeliverP99: Double?
    @Option(help: "Writes the report there.") var json: String?
    @Option(help: "What reproduces the run's choices.") var seed: UInt64 = 1
    @Flag(help: "Only the summary.") var quiet = false

    func run() async throws {
        let plan = try plan()
        let target = try makeTarget()
        defer { target.spawned?.remove() }
        let interrupted = Interruption.watch()
        let run = BenchRun(
            plan: plan, target: target, view: LiveView(isQuiet: quiet),
            isInterrupted: { interrupted.withLockedValue { $0 } })
        var report = try await run.run()
        if let most = maxAckP99, report.ackFromDue.milliseconds(99) > most {
            report.missed.append(
                "send→ack p99 \(report.ackFromDue.milliseconds(99)) ms > \(most) ms")
        }
        if let most = maxDeliverP99, report.deliverFromDue.milliseconds(99) > most {
            report.missed.append(
                "send→delivered p99 \(report.deliverFromDue.milliseconds(99)) ms > \(most) ms")
        }
        if let json {
            try Data(try report.json().bytes()).write(to: URL(fileURLWithPath: json))
        }
        print(report.lines().joined(separator: "\n"))
        target.spawned?.remove()
        throw ExitCode(report.exitCode)
    }

    private func plan() throws -> RunPlan {
        var plan = RunPlan()
        plan.users = try Checked.range(users, 2...100_000, "--users")
        plan.devicesPerUser = try Checked.range(devicesPerUser, 1...16, "--devices-per-user")
        plan.groups = try Checked.range(groups, 0...100_000, "--groups")
        plan.groupMembers = try Checked.range(groupMembers, 2...10_000, "--group-members")
        guard let wanted = RunPlan.Target(rawValue: target) else {
            throw BenchError(.usage, "--to takes friend, group or mix, not '\(target)'")
        }
        if wanted == .group, groups == 0 { throw BenchError(.usage, "--to group needs --groups") }
        plan.target = wanted
        if rate != nil, window != nil { throw BenchError(.usage, "--rate or --window, not both") }
        if let window {
            plan.load = .closed(window: try Checked.range(window, 1...10_000, "--window"))
        } else {
            let perSecond = rate ?? 100
            guard perSecond > 0, perSecond <= 1_000_000 else {
                throw BenchError(.usage, "--rate takes more than 0 sends a second")
            }
            plan.load = .open(perSecond: perSecond)
        }
        plan.bytes = try Checked.range(bytes, 16...60_000, "--bytes")
        guard ["protobuf", "json"].contains(body) else {
            throw BenchError(.usage, "--body takes protobuf or json, not '\(body)'")
        }
        plan.version = body == "json" ? .json : .protobuf
        plan.warmup = warmup
        plan.duration = try Checked.seconds(duration, "--duration")
        plan.connectRate = max(1, ramp)
        plan.ackEvery = max(1, ackEvery)
        plan.ackIntervalMs = max(1, ackInterval)
        plan.drainSeconds = max(1, drain)
        plan.seed = seed
        if let crashAfter {
            if address != nil {
                throw BenchError(.usage, "--crash-after needs a server of imbench's own")
            }
            plan.crashAfter = try Checked.seconds(crashAfter, "--crash-after")
            plan.crashes = max(1, crashes)
            plan.restartAfter = try Checked.seconds(restartAfter, "--restart-after")
        }
        return plan
    }

    private func makeTarget() throws -> BenchTarget {
        guard let address else {
            return try BenchTarget.spawn(spawn ?? BenchTarget.besideThis, serverArguments)
        }
        guard let http, let adminTokenFile else {
            throw BenchError(.usage, "--address needs --http and --admin-token-file too")
        }
        guard let token = try? String(contentsOfFile: adminTokenFile, encoding: .utf8) else {
            throw BenchError(.usage, "\(adminTokenFile) cannot be read")
        }
        let (host, port) = try Checked.address(address, "--address")
        let (httpHost, httpPort) = try Checked.address(http, "--http")
        return BenchTarget(
            host: host, tcpPort: port, httpHost: httpHost, httpPort: httpPort,
            adminToken: token.trimmingCharacters(in: .whitespacesAndNewlines), spawned: nil)
    }
}

/// Options as the command line has them, checked.
enum Checked {
    static func range(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws -> Int {
        guard range.contains(value) else {
            throw BenchError(
                .usage, "\(name) takes \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        return value
    }

    static func seconds(_ text: String, _ name: String) throws -> Double {
        let number = text.hasSuffix("s") ? String(text.dropLast()) : text
        guard let value = Double(number), value >= 0, value < 1e6 else {
            throw BenchError(.usage, "\(name) takes seconds, such as 5s, not '\(text)'")
        }
        return value
    }

    static func address(_ text: String, _ name: String) throws -> (String, Int) {
        let bare = text.replacingOccurrences(of: "http://", with: "")
        guard let colon = bare.lastIndex(of: ":"),
            let port = Int(bare[bare.index(after: colon)...]), (1...65_535).contains(port)
        else { throw BenchError(.usage, "\(name) takes HOST:PORT, not '\(text)'") }
        return (String(bare[..<colon]), port)
    }
}

/// Ctrl-C: the run ends early, and its report says so.
enum Interruption {
    static func watch() -> NIOLockedValueBox<Bool> {
        let flag = NIOLockedValueBox(false)
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT)
        source.setEventHandler {
            flag.withLockedValue { $0 = true }
            _ = source
        }
        source.resume()
        return flag
    }
}
