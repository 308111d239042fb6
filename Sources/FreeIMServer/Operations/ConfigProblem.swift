/// Where a setting's value comes from, as a person finds it again.
public enum ConfigOrigin: Sendable, Equatable, CustomStringConvertible {
    case standard
    /// Lines count from 1; 0: the whole file.
    case file(path: String, line: Int)
    case environment(variable: String)
    case flag(String)

    /// The line in the file; 0: none.
    var line: Int {
        switch self {
        case .file(_, let line): line
        case .standard, .environment, .flag: 0
        }
    }

    public var description: String {
        switch self {
        case .standard: "default"
        case .file(let path, let line): line > 0 ? "\(path):\(line)" : path
        case .environment(let variable): variable
        case .flag(let flag): flag
        }
    }
}

/// One thing wrong with the configuration: where it stands, and what to do.
public struct ConfigProblem: Error, Sendable, Equatable, CustomStringConvertible {
    public let origin: ConfigOrigin
    /// The key as it was given; empty when the problem is not a key's.
    public let key: String
    /// What is wrong, for a person.
    public let message: String

    public init(origin: ConfigOrigin, key: String, message: String) {
        self.origin = origin
        self.key = key
        self.message = message
    }

    /// One line: `freeim.yaml:3: heartbeat-seconds: "x" is not a whole number of seconds`.
    public var description: String {
        switch origin {
        case .standard: message
        case .file: key.isEmpty ? "\(origin): \(message)" : "\(origin): \(key): \(message)"
        case .environment, .flag: "\(origin): \(message)"
        }
    }
}
