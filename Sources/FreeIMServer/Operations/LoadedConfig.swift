/// A configuration put together from flags, environment and file, in that order of precedence.
public struct LoadedConfig: Sendable {
    /// The values; those that `problems` names keep what the next source says.
    public private(set) var config = ServerConfig()
    /// Everything that is wrong, in the order file, environment, flags; empty: it can be served.
    public private(set) var problems: [ConfigProblem] = []
    /// What is odd but not wrong.
    public private(set) var notes: [String] = []
    private var origins: [String: ConfigOrigin] = [:]

    /// Puts together the sources.
    ///
    /// - Parameters:
    ///   - flags: keys and values in the order given; the last one of a key counts.
    ///   - environment: only the variables that begin with `FREEIM_` are looked at.
    ///   - file: path of the YAML file; nil: the one `FREEIM_CONFIG` names, if any.
    public init(
        flags: [(key: String, value: String)] = [], environment: [String: String] = [:],
        file: String? = nil
    ) {
        let path = file ?? environment[Self.fileVariable].flatMap { $0.isEmpty ? nil : $0 }
        if let path { take(ConfigFile(path: path)) }
        take(environment: environment)
        for (key, value) in flags {
            apply(key: key, value: value, origin: .flag("--" + key))
        }
        checkTogether()
    }

    /// Where the value of `setting` comes from.
    public func origin(of setting: Setting) -> ConfigOrigin { origins[setting.key] ?? .standard }

    static let fileVariable = "FREEIM_CONFIG"

    mutating func take(_ file: ConfigFile) {
        problems += file.problems
        for entry in file.entries {
            apply(
                key: entry.key, value: entry.value,
                origin: .file(path: file.path, line: entry.line))
        }
        problems.sort { $0.origin.line < $1.origin.line }
    }

    private mutating func take(environment: [String: String]) {
        for setting in Setting.all {
            guard let value = environment[setting.variable], !value.isEmpty else { continue }
            apply(
                key: setting.key, value: value,
                origin: .environment(variable: setting.variable))
        }
        let known = Set(Setting.all.map(\.variable) + [Self.fileVariable])
        for variable in environment.keys.sorted()
        where variable.hasPrefix("FREEIM_") && !known.contains(variable) {
            let key = variable.dropFirst("FREEIM_".count).lowercased()
            guard let near = Setting.nearestKey(to: key), let setting = Setting.named(near)
            else { continue }
            notes.append("\(variable) is not a setting; did you mean \(setting.variable)?")
        }
    }

    private mutating func apply(key: String, value: String, origin: ConfigOrigin) {
        guard let setting = Setting.named(key) else {
            problems.append(
                ConfigProblem(origin: origin, key: key, message: Self.unknown(key, origin)))
            return
        }
        do {
            try setting.apply(value, to: &config)
            origins[key] = origin
        } catch {
            problems.append(ConfigProblem(origin: origin, key: key, message: error.reason))
        }
    }

    private static func unknown(_ key: String, _ origin: ConfigOrigin) -> String {
        guard let near = Setting.nearestKey(to: key) else {
            return "there is no such setting; freeim-server --help lists them"
        }
        switch origin {
        case .flag: return "there is no such flag; did you mean --\(near)?"
        case .standard, .file, .environment:
            return "there is no such setting; did you mean \(near)?"
        }
    }

    /// What no single value shows: two listeners on one port, no listener at all.
    private mutating func checkTogether() {
        let listeners = [("tcp", config.tcp), ("ws", config.ws), ("http", config.http)]
        var seen: [ListenAddress: String] = [:]
        for case (let key, let address?) in listeners where address.port != 0 {
            if let other = seen[address] {
                report(key, "\(address) is \(other)'s already; give each listener its own")
            }
            seen[address] = key
        }
        if listeners.allSatisfy({ $0.1 == nil }) {
            report("tcp", "every listener is none; there would be nothing to serve")
        }
        if config.tlsCert != nil, config.tlsKey == nil {
            report("tls-cert", "a certificate needs its key; give tls-key too")
        }
        if config.tlsKey != nil, config.tlsCert == nil {
            report("tls-key", "a key needs its certificate; give tls-cert too")
        }
        if let (key, message) = ServerCertificates.problem(config) { report(key, message) }
        if OriginPolicy(config.wsOrigins) == nil {
            report("ws-origins", "give https://HOST or http://HOST:PORT, by commas, or * alone")
        }
        if TrustedProxies(config.trustedProxies) == nil {
            report("trusted-proxies", "give IP addresses, by commas; names are not looked up")
        }
        if config.verificationSender == .webhook, config.verificationWebhookURL == nil {
            report(
                "verification-sender",
                "webhook needs verification-webhook-url, where codes are sent from")
        }
    }

    private mutating func report(_ key: String, _ message: String) {
        let origin = Setting.named(key).map { self.origin(of: $0) } ?? .standard
        problems.append(ConfigProblem(origin: origin, key: key, message: message))
    }
}
