import ArgumentParser

/// How devices speak, in place of what the scenario says.
struct TransportChoices: ParsableArguments {
    @Option(help: "How devices connect: tcp or ws.") var transport: String?
    @Option(help: "What a WebSocket message is: binary (a frame) or text (an envelope).")
    var wsForm: String?
    @Flag(inversion: .prefixedNo, help: "Speaks TLS to every listener, and verifies.")
    var tls: Bool?
    @Option(
        help: ArgumentHelp(
            "Authorities to trust beside the system's, PEM; implies --tls.", valueName: "file"))
    var ca: String?
    @Option(help: "How bodies are written: protobuf, json or mixed (devices in turn).")
    var body: String?

    /// Throws `BenchError`.
    func apply(to generator: inout GeneratorPlan) throws {
        var plan = generator.transport
        if let transport {
            plan.carrier = try Self.word(transport, "--transport")
            if plan.carrier != .ws { plan.form = .binary }
        }
        if let wsForm {
            plan.form = try Self.word(wsForm, "--ws-form")
            if plan.carrier != .ws {
                throw BenchError(.usage, "--ws-form goes with --transport ws")
            }
        }
        if let ca {
            if tls == false { throw BenchError(.usage, "--ca or --no-tls, not both") }
            plan.ca = ca
            plan.isTLS = true
        }
        if let tls {
            plan.isTLS = tls
            if !tls { plan.ca = nil }
        }
        generator.transport = plan
        if let body { generator.body = try Self.word(body, "--body") }
    }

    private static func word<Word: RawRepresentable & CaseIterable>(
        _ text: String, _ flag: String
    ) throws -> Word where Word.RawValue == String {
        if let word = Word(rawValue: text) { return word }
        let all = Word.allCases.map(\.rawValue).joined(separator: ", ")
        throw BenchError(.usage, "\(flag) takes \(all), not '\(text)'")
    }
}
