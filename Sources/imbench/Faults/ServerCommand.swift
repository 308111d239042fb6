import FreeIMProtocol

/// How a server of the harness's own is started: the words of a scenario, made whole.
///
/// `$TMP` and `${TMP}` stand for the run's folder; alone behind `--data`, for `data` in it. Both
/// addresses are loopback ones; whatever the words do not name is added with a free port.
struct ServerCommand: Sendable, Equatable {
    /// What the machine offers; tests give their own.
    struct Surroundings {
        /// The folder that imbench's own program lies in.
        var ownFolder: String?
        /// As in the environment.
        var path = ""
        var isExecutable: (String) -> Bool
    }

    let executable: String
    /// All of them, with the ports as they were asked for.
    let arguments: [String]
    /// Where it keeps its data.
    let dataFolder: String
    /// The file with its certificate, when it speaks TLS, and with the key.
    let certificate: String?
    let key: String?
    /// Whether the two are to be made for this run.
    let needsCertificate: Bool
    /// Newest messages pushed to a returning device of a single chat, of a group, and to a new
    /// device: what the words or the environment say, else the protocol's numbers.
    let quotas: (single: Int, group: Int, newDevice: Int)

    static func == (left: ServerCommand, right: ServerCommand) -> Bool {
        left.executable == right.executable && left.arguments == right.arguments
            && left.dataFolder == right.dataFolder && left.quotas == right.quotas
            && left.certificate == right.certificate && left.key == right.key
    }

    /// The command of `plan` with `folder` as its own; `BenchError` (usage) says what is wrong.
    init(
        plan: ServerPlan, folder: String, transport: TransportPlan = TransportPlan(),
        surroundings: Surroundings
    ) throws {
        let words = plan.command.isEmpty ? ["freeim-server"] : plan.command
        executable = try Self.executable(
            Self.filled(words[0], folder), surroundings: surroundings)
        var flags = Flags(Array(words[1...]))
        if let data = flags["data"], data == "$TMP" || data == "${TMP}" {
            flags["data"] = folder + "/data"
        }
        flags.words = flags.words.map { Self.filled($0, folder) }
        let defaults = [
            ("data", folder + "/data"), ("tcp", "127.0.0.1:0"), ("http", "127.0.0.1:0"),
            ("ws", transport.carrier == .ws ? "127.0.0.1:0" : "none"), ("log-level", "error"),
        ]
        for (name, value) in defaults where flags[name] == nil { flags[name] = value }
        let listeners = transport.carrier == .ws ? ["tcp", "http", "ws"] : ["tcp", "http"]
        for name in listeners { try Self.checkLoopback(flags[name] ?? "", flag: name) }
        needsCertificate = transport.isTLS && flags["tls-cert"] == nil
        if needsCertificate {
            flags["tls-cert"] = folder + "/server.pem"
            flags["tls-key"] = folder + "/server.key"
        } else if !transport.isTLS, flags["tls-cert"] != nil {
            throw BenchError(
                .usage, "server: --tls-cert: devices speak TLS with generator.tls: true (--tls)")
        }
        certificate = flags["tls-cert"]
        key = flags["tls-key"]
        arguments = flags.words
        dataFolder = flags["data"] ?? folder + "/data"
        func number(_ flag: String, _ usual: Int) -> Int {
            let variable = "FREEIM_" + flag.uppercased().replacing("-", with: "_")
            return (flags[flag] ?? plan.environment[variable]).flatMap { Int($0) } ?? usual
        }
        quotas = (
            number("offline-single-messages-max", Limits.offlineSingleMessagesMax),
            number("offline-group-messages-max", Limits.offlineGroupMessagesMax),
            number("new-device-messages-max", Limits.newDeviceMessagesMax)
        )
    }

    /// The arguments with those ports in place of port 0; 0 leaves the choice to the system.
    func arguments(tcpPort: Int, httpPort: Int, wsPort: Int = 0) -> [String] {
        var flags = Flags(arguments)
        for (name, port) in [("tcp", tcpPort), ("http", httpPort), ("ws", wsPort)] {
            guard let address = flags[name], address.hasSuffix(":0") else { continue }
            flags[name] = address.dropLast() + String(port)
        }
        return flags.words
    }

    private static func filled(_ word: String, _ folder: String) -> String {
        word.replacing("${TMP}", with: folder).replacing("$TMP", with: folder)
    }

    private static func executable(
        _ name: String, surroundings: Surroundings
    ) throws -> String {
        if name.contains("/") {
            if surroundings.isExecutable(name) { return name }
            throw BenchError(
                .usage, "server: there is no program at \(name); build it, or name another one")
        }
        let folders =
            [surroundings.ownFolder].compactMap { $0 }
            + surroundings.path.split(separator: ":").map(String.init)
        for folder in folders where surroundings.isExecutable(folder + "/" + name) {
            return folder + "/" + name
        }
        let beside = surroundings.ownFolder.map { " beside imbench (\($0))" } ?? ""
        let build =
            name == "freeim-server" ? "build it (swift build --product freeim-server), or " : ""
        throw BenchError(
            .usage, "server: there is no \(name)\(beside) nor in PATH; \(build)name its path")
    }

    /// A server of the harness's own is nobody else's to talk to.
    private static func checkLoopback(_ address: String, flag: String) throws {
        if address == "none" {
            throw BenchError(
                .usage, "server: --\(flag) none: a run needs the \(flag) listener")
        }
        guard let colon = address.lastIndex(of: ":"),
            let port = Int(address[address.index(after: colon)...]), (0...65_535).contains(port)
        else {
            throw BenchError(
                .usage, "server: --\(flag) \(address): write HOST:PORT, for example 127.0.0.1:0")
        }
        let host = address[..<colon]
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopback =
            host == "localhost"
            || numbers.count == 4 && numbers[0] == "127"
                && numbers.allSatisfy { UInt8($0) != nil }
        guard isLoopback else {
            throw BenchError(
                .usage,
                "server: --\(flag) \(address): a server that is started for a run listens on "
                    + "127.0.0.1 alone; give address: for one that runs elsewhere")
        }
    }

    /// Words with `--name value` and `--name=value` among them; the last one of a name holds.
    private struct Flags {
        var words: [String]

        init(_ words: [String]) {
            self.words = words
        }

        subscript(name: String) -> String? {
            get {
                guard let at = place(of: name) else { return nil }
                if words[at].hasPrefix("--\(name)=") {
                    return String(words[at].dropFirst(name.count + 3))
                }
                return at + 1 < words.count ? words[at + 1] : ""
            }
            set {
                guard let newValue else { return }
                guard let at = place(of: name) else {
                    words += ["--" + name, newValue]
                    return
                }
                if words[at].hasPrefix("--\(name)=") {
                    words[at] = "--\(name)=\(newValue)"
                } else if at + 1 < words.count {
                    words[at + 1] = newValue
                } else {
                    words.append(newValue)
                }
            }
        }

        private func place(of name: String) -> Int? {
            words.lastIndex { $0 == "--" + name || $0.hasPrefix("--\(name)=") }
        }
    }
}
