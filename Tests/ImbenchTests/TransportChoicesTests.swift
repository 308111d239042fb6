import FreeIMProtocol
import Testing

@testable import imbench

/// How devices speak: what the file says, what the command line changes about it.
@Suite struct TransportChoicesTests {
    private func applied(
        _ words: [String], to plan: TransportPlan = TransportPlan()
    ) throws -> GeneratorPlan {
        var generator = GeneratorPlan()
        generator.transport = plan
        try TransportChoices.parse(words).apply(to: &generator)
        return generator
    }

    @Test func flagsChangeWhatTheyName() throws {
        #expect(try applied([]) == GeneratorPlan())
        let text = try applied(["--transport", "ws", "--ws-form", "text", "--body", "json"])
        #expect(text.transport.words == "ws text")
        #expect(text.body == .json)
        let secure = try applied(["--ca", "ca.pem"], to: text.transport)
        #expect(secure.transport.words == "ws text + tls")
        #expect(secure.transport.ca == "ca.pem")
        let back = try applied(["--transport", "tcp", "--no-tls"], to: secure.transport)
        #expect(back.transport == TransportPlan())
    }

    @Test(
        arguments: [
            ["--transport", "udp"], ["--ws-form", "text"], ["--body", "xml"],
            ["--ca", "ca.pem", "--no-tls"], ["--transport", "ws", "--ws-form", "gif"],
        ])
    func whatDoesNotGoTogetherIsRefused(words: [String]) {
        #expect(throws: BenchError.self) { try applied(words) }
    }

    @Test func aFileSaysIt() {
        func read(_ generator: String) -> (scenario: Scenario?, words: [String]) {
            let text = """
                version: imbench/1
                generator: \(generator)
                phases:
                  - {name: connect, ramp: 9/s, until: all_online}
                  - {name: drain, timeout: 9s, final: none}
                """
            let (scenario, problems) = ScenarioReader.read(text: text, path: "x")
            return (scenario, problems.map { "\($0.key): \($0.words)" })
        }
        let good = read("{transport: ws, ws_form: text, tls: true, ca: ca.pem, body: mixed}")
        #expect(good.words == [])
        #expect(good.scenario?.generator.transport.words == "ws text + tls")
        #expect(good.scenario?.generator.transport.ca == "ca.pem")
        #expect(good.scenario?.generator.body == .mixed)
        let bad = read("{transport: udp, ws_form: text, ca: x, body: xml}").words
        #expect(bad.count == 4)
        #expect(bad.contains { $0.hasPrefix("generator.ws_form: goes with transport: ws") })
        #expect(bad.contains { $0.hasPrefix("generator.ca: goes with tls: true") })
    }

    @Test func mixedDevicesTakeTurns() {
        #expect(
            (0..<4).map { BodyChoice.mixed.version(of: $0) } == [
                .protobuf, .json, .protobuf, .json,
            ])
        #expect(BodyChoice.json.version(of: 2) == .json)
        #expect(BodyChoice.protobuf.version(of: 3) == .protobuf)
    }
}
