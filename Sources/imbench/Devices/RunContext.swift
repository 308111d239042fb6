import FreeIMHTTPClient
import FreeIMProtocol
import NIOCore

/// What every part of a run knows; it does not change.
struct RunContext: Sendable {
    let scenario: Scenario
    let population: Population
    /// Begins every ClientMessageId and account of this run.
    let salt: String
    let judge: JudgePort
    /// Where devices connect to: the server, or the proxy before it.
    let address: @Sendable () -> (host: String, port: Int)
    let transport: DeviceTransport
    let caller: HTTPCaller
    /// Whether reactions are made, which need messages of others.
    let keepsSeen: Bool

    /// The version that a device speaks.
    func version(of device: Int32) -> BodyVersion { scenario.generator.body.version(of: device) }

    init(
        scenario: Scenario, population: Population, salt: String, judge: JudgePort,
        caller: HTTPCaller, transport: DeviceTransport,
        address: @escaping @Sendable () -> (host: String, port: Int)
    ) {
        self.scenario = scenario
        self.population = population
        self.salt = salt
        self.judge = judge
        self.caller = caller
        self.transport = transport
        self.address = address
        keepsSeen = scenario.traffic.contains { $0.action == .react }
    }

    /// The ClientMessageId of a send.
    func clientMessageID(_ send: Int32) -> String { "\(salt)-\(send)" }

    /// The send that a ClientMessageId of this run names.
    func send(named text: String) -> Int32? {
        guard text.hasPrefix(salt) else { return nil }
        return Int32(text.dropFirst(salt.utf8.count + 1))
    }
}
