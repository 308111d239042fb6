import Crypto
import Foundation
import Yams

/// Reads a scenario from YAML, with every mistake in it, not only the first.
struct ScenarioReader {
    /// Bytes of the longest file.
    static let fileBytesMax = 1_048_576
    static let usersMax = 100_000
    static let groupsMax = 100_000
    /// Members of all groups together.
    static let membershipsMax = 2_000_000

    let problems: ScenarioField.Problems
    var scenario = Scenario()
    /// Where traffic and phases were named, for mistakes that show only in the end.
    var trafficFields: [ScenarioField] = []
    var phaseFields: [ScenarioField] = []
    /// Names of phases, those that could not be read among them.
    var phaseNames: [String] = []
    /// Whether each was read without a mistake that would make others look like one.
    var isPopulationKnown = true
    var isTrafficKnown = true
    var arePhasesKnown = true

    /// The scenario in that file; nil when there is any problem.
    static func read(path: String) -> (scenario: Scenario?, problems: [ScenarioProblem]) {
        func failed(_ words: String) -> (Scenario?, [ScenarioProblem]) {
            (nil, [ScenarioProblem(path: path, line: 1, key: "", words: words)])
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            return failed("cannot be read; does the file exist, and may this user read it?")
        }
        defer { try? handle.close() }
        let data: Data
        do {
            // nil: there is not a byte.
            data = try handle.read(upToCount: fileBytesMax + 1) ?? Data()
        } catch {
            return failed("cannot be read; is it a file?")
        }
        if data.count > fileBytesMax { return failed("is longer than \(fileBytesMax) bytes") }
        guard let text = String(data: data, encoding: .utf8) else {
            return failed("is not UTF-8 text")
        }
        return read(text: text, path: path)
    }

    /// The scenario that `text` is; `path` is for the problems.
    static func read(
        text: String, path: String
    ) -> (scenario: Scenario?, problems: [ScenarioProblem]) {
        var reader = ScenarioReader(problems: ScenarioField.Problems(path: path))
        do {
            // Anchors are held by the parser alone.
            let parser = try Yams.Parser(yaml: text)
            let root = try parser.singleRoot()
            let line = withExtendedLifetime(parser) { root.flatMap { anchored($0) } }
            if let line {
                reader.problems.add(
                    line, "", "anchors (&name, *name) are not read; write the value out")
            } else if let root, root.scalar?.string != "" {
                reader.read(ScenarioField(node: root, key: "", problems: reader.problems))
            } else {
                reader.problems.add(1, "", "is empty; docs/imbench.md has an example")
            }
        } catch let error as YamlError {
            reader.report(error)
        } catch {
            reader.problems.add(1, "", "is not YAML")
        }
        let problems = reader.problems.list.sorted { $0.line < $1.line }
        guard problems.isEmpty else { return (nil, problems) }
        reader.scenario.text = text
        reader.scenario.hash = SHA256.hash(data: Data(text.utf8)).map {
            let byte = String($0, radix: 16)
            return byte.count == 1 ? "0" + byte : byte
        }.joined()
        return (reader.scenario, [])
    }

    /// The line of the first anchor; nil: there is none.
    private static func anchored(_ node: Node) -> Int? {
        if node.anchor != nil { return node.mark?.line ?? 1 }
        switch node {
        case .mapping(let mapping):
            for pair in mapping {
                if let line = anchored(pair.key) ?? anchored(pair.value) { return line }
            }
        case .sequence(let sequence):
            for item in sequence {
                if let line = anchored(item) { return line }
            }
        case .scalar, .alias: break
        }
        return nil
    }

    private func report(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _):
            // What was begun far above is where the mistake often is.
            var begun = ""
            if let context, context.mark.line < mark.line {
                begun = " (\(context.text), begun in line \(context.mark.line))"
            }
            problems.add(mark.line, "", "is not YAML: \(problem)\(begun)")
        case .composer(_, let problem, let mark, _):
            problems.add(mark.line, "", "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            problems.add(context.mark.line, keys.first ?? "", "is given more than once")
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            problems.add(1, "", "is not YAML")
        }
    }

    private mutating func read(_ root: ScenarioField) {
        let fields = root.fields(ScenarioKeys.top)
        if let version = fields["version"] {
            if let text = version.text, text != Scenario.version {
                version.wrong("this imbench reads `version: \(Scenario.version)`")
            }
        } else {
            problems.add(root.line, "version", "is missing; write `version: \(Scenario.version)`")
        }
        if let field = fields["name"], let name = field.text {
            if name.isEmpty { field.wrong("is empty") }
            scenario.name = name
        }
        if let about = fields["about"]?.text { scenario.about = about }
        if let seed = fields["seed"]?.integer(0...Int.max) { scenario.seed = UInt64(seed) }
        if let field = fields["server"] { readServer(field) }
        if let field = fields["generator"] { readGenerator(field) }
        if let field = fields["population"] { readPopulation(field) }
        if let field = fields["traffic"] { readAllTraffic(field) }
        if let field = fields["phases"] {
            readPhases(field)
        } else {
            problems.add(root.line, "phases", "is missing; a scenario needs phases that end")
        }
        if let field = fields["short"] { readShort(field) }
        if let field = fields["assert"] { readAssertions(field) }
        if let field = fields["baseline"] { readBaseline(field) }
        checkWhole()
    }

    private mutating func readShort(_ field: ScenarioField) {
        let fields = field.fields(ScenarioKeys.short)
        if let time = fields["time"]?.part() { scenario.short.time = time }
        if let users = fields["users"]?.part() { scenario.short.users = users }
        if let rate = fields["rate"]?.part() { scenario.short.rate = rate }
    }

    // MARK: Server and generator

    private mutating func readServer(_ field: ScenarioField) {
        let fields = field.fields(ScenarioKeys.server)
        var plan = ServerPlan()
        if let spawn = fields["spawn"], let text = spawn.text {
            plan.command = text.split(separator: " ").map(String.init)
            if plan.command.isEmpty { spawn.wrong("is a command, such as freeim-server") }
        }
        if let ready = fields["ready"], let text = ready.text, text != "tcp" {
            ready.wrong("'\(text)' is not tcp: a server is ready when it accepts there")
        }
        if let env = fields["env"], let pairs = env.pairs() {
            for (name, value) in pairs { plan.environment[name] = value.text }
        }
        plan.address = fields["address"].flatMap(address)
        plan.http = fields["http"].flatMap(address)
        plan.adminTokenFile = fields["admin_token_file"]?.text
        if let address = fields["address"] {
            if fields["spawn"] != nil {
                address.wrong("a server is started (spawn) or there already (address), not both")
            } else if fields["http"] == nil || fields["admin_token_file"] == nil {
                address.wrong("needs http: HOST:PORT and admin_token_file: FILE beside it")
            }
        } else {
            fields["http"]?.wrongKey("goes with address; a spawned server's is its --http flag")
            fields["admin_token_file"]?.wrongKey("goes with address")
        }
        scenario.server = plan
    }

    private func address(_ field: ScenarioField) -> String? {
        guard let text = field.text else { return nil }
        if (try? BenchTarget.parse(text)) == nil {
            field.wrong("'\(text)' is not HOST:PORT, such as 127.0.0.1:2000")
        }
        return text
    }

    private mutating func readGenerator(_ field: ScenarioField) {
        let fields = field.fields(ScenarioKeys.generator)
        var plan = GeneratorPlan()
        if let loops = fields["loops"]?.integer(1...Preflight.loopsMax) { plan.loops = loops }
        if let field = fields["sources"] { plan.sources = sources(field) }
        if let body = fields["body"]?.word(BodyChoice.allCases.map { ($0.rawValue, $0) }) {
            plan.body = body
        }
        plan.transport = transport(fields)
        if let proxy = fields["proxy"]?.flag() { plan.isProxied = proxy }
        if let every = fields["ack_every"]?.integer(1...10_000) { plan.ackEvery = every }
        if let interval = fields["ack_interval"]?.time() {
            plan.ackIntervalMs = max(1, Int64(interval * 1_000))
        }
        scenario.generator = plan
    }

    private func transport(_ fields: [String: ScenarioField]) -> TransportPlan {
        var plan = TransportPlan()
        let carriers = TransportPlan.Carrier.allCases.map { ($0.rawValue, $0) }
        let forms = TransportPlan.Form.allCases.map { ($0.rawValue, $0) }
        if let carrier = fields["transport"]?.word(carriers) { plan.carrier = carrier }
        if let form = fields["ws_form"]?.word(forms) {
            plan.form = form
            if plan.carrier != .ws { fields["ws_form"]?.wrongKey("goes with transport: ws") }
        }
        if let isTLS = fields["tls"]?.flag() { plan.isTLS = isTLS }
        if let file = fields["ca"]?.text {
            plan.ca = file
            if !plan.isTLS { fields["ca"]?.wrongKey("goes with tls: true") }
        }
        return plan
    }

    /// `127.0.0.1-127.0.0.4`, one address, or a list.
    private func sources(_ field: ScenarioField) -> [String] {
        if case .sequence = field.node {
            return (field.items() ?? []).flatMap { sources($0) }
        }
        guard let text = field.text else { return [] }
        let ends = text.split(separator: "-").map(String.init)
        let numbers = ends.compactMap(ScenarioReader.number)
        guard (1...2).contains(ends.count), numbers.count == ends.count,
            let first = numbers.first, let last = numbers.last, first <= last, last - first < 256
        else {
            field.wrong("'\(text)' is not IPv4 addresses, such as 127.0.0.1-127.0.0.4")
            return []
        }
        return (first...last).map { number in
            [24, 16, 8, 0].map { String(number >> UInt32($0) & 255) }.joined(separator: ".")
        }
    }

    private static func number(_ address: String) -> UInt32? {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
            .compactMap { UInt8($0) }
        return parts.count == 4 ? parts.reduce(0) { $0 << 8 | UInt32($1) } : nil
    }

    // MARK: Population

    private mutating func readPopulation(_ field: ScenarioField) {
        let fields = field.fields(ScenarioKeys.population)
        var plan = PopulationPlan()
        if let users = fields["users"]?.integer(2...ScenarioReader.usersMax) {
            plan.users = users
        } else if fields["users"] != nil {
            isPopulationKnown = false
        }
        if let field = fields["devices_per_user"],
            let spread = field.spread(
                "devices of a user, 1 to 16",
                { text in
                    Int(text).flatMap { (1...16).contains($0) ? $0 : nil }
                })
        {
            plan.devicesPerUser = spread.map { ($0.0, $0.1) }
        }
        if let field = fields["friends"], let friends = field.integer(0...100) {
            plan.friends = friends
            if friends > 1, friends % 2 == 1 {
                field.wrong("\(friends) is odd; 1 pairs users, an even number makes a ring")
            } else if friends >= plan.users, isPopulationKnown {
                field.wrong("\(plan.users) users cannot have \(friends) friends each")
            }
        }
        if let groups = fields["groups"] { readGroups(groups, &plan) }
        scenario.population = plan
    }

    private mutating func readGroups(_ field: ScenarioField, _ plan: inout PopulationPlan) {
        for item in field.items() ?? [] {
            let fields = item.fields(ScenarioKeys.group)
            guard let nameField = fields["name"], let name = nameField.name() else {
                if fields["name"] == nil { item.wrong("a group needs a name") }
                isPopulationKnown = false
                continue
            }
            var group = PopulationPlan.Group(name: name)
            if let count = fields["count"]?.integer(1...ScenarioReader.groupsMax) {
                group.count = count
            }
            if let field = fields["members"] {
                if let members = field.integer(2...ScenarioReader.usersMax) {
                    group.members = members
                    if members > plan.users, isPopulationKnown {
                        field.wrong("\(members) members are more than the \(plan.users) users")
                    }
                }
            } else {
                item.wrong("a group needs members: NUMBER")
            }
            if plan.groups.contains(where: { $0.name == name }) {
                nameField.wrong("there are two groups named \(name)")
            }
            plan.groups.append(group)
        }
        let memberships = plan.groups.reduce(0) { $0 + $1.count * $1.members }
        if memberships > ScenarioReader.membershipsMax {
            field.wrong(
                "count × members make \(memberships) memberships; "
                    + "there are at most \(ScenarioReader.membershipsMax)")
        }
    }

    private mutating func readBaseline(_ field: ScenarioField) {
        let fields = field.fields(ScenarioKeys.baseline)
        guard let file = fields["file"]?.text else {
            return field.wrong("needs file: a report that an earlier run wrote with --json")
        }
        var plan = BaselinePlan(file: file)
        for (name, value) in fields["max_worse"]?.pairs() ?? [] {
            guard let share = value.share(isFree: true) else { continue }
            let rest = name.split(separator: ".", maxSplits: 1).last.map(String.init) ?? name
            let traffic = scenario.traffic.map(\.name)
            let scopes = ["all", "harness"] + phaseNames
            let isScoped = scopes.contains { name.hasPrefix($0 + ".") }
            let isKnown =
                Metric.named(name, traffic: traffic) != nil
                || isScoped && Metric.named(rest, traffic: traffic) != nil
            if !isKnown, isTrafficKnown {
                value.wrongKey("there is no such metric; docs/imbench.md lists them")
            }
            plan.maxWorse[name] = share
        }
        scenario.baseline = plan
    }
}
