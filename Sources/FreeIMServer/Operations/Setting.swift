import Logging

/// One line of the settings table: a name, what it takes, and where it goes in `ServerConfig`.
public struct Setting: Sendable {
    /// Part of the table, as `--help` groups it.
    public enum Section: String, Sendable, CaseIterable {
        case place = "Data and listeners"
        case policy = "Policies and logs"
        case connection = "Connections"
        case delivery = "Delivery"
        case account = "Accounts"
        case http = "HTTP"
        case store = "Store and process"
    }

    /// What a setting takes.
    enum Kind: Sendable {
        case integer(
            WritableKeyPath<ServerConfig, Int> & Sendable, unit: String, ClosedRange<Int>)
        case listener(WritableKeyPath<ServerConfig, ListenAddress?> & Sendable)
        case path(WritableKeyPath<ServerConfig, String> & Sendable)
        case optionalPath(WritableKeyPath<ServerConfig, String?> & Sendable)
        case devicePolicy
        case messagingPolicy
        case logLevel
    }

    /// A value that its setting does not take; `reason` says what it takes.
    struct BadValue: Error, Equatable {
        let reason: String
    }

    /// The name in the file, and behind `--` the flag's.
    public let key: String
    /// Part of the table.
    public let section: Section
    let kind: Kind
    /// What it does, in one line.
    public let help: String
    /// Why a value other than the default is refused; nil: it is served.
    let notServedYet: String?

    init(
        _ key: String, _ section: Section, _ kind: Kind, _ help: String,
        notServedYet: String? = nil
    ) {
        self.key = key
        self.section = section
        self.kind = kind
        self.help = help
        self.notServedYet = notServedYet
    }

    /// The flag: `--frame-bytes-max`.
    public var flag: String { "--" + key }

    /// The environment variable: `FREEIM_FRAME_BYTES_MAX`.
    public var variable: String {
        "FREEIM_" + key.uppercased().replacing("-", with: "_")
    }

    /// What stands for the value in `--help`: `HOST:PORT`, `SECONDS`, `multi|one_per_device_type`.
    public var valueName: String {
        switch kind {
        case .integer(_, let unit, _): unit.uppercased().replacing(" ", with: "_")
        case .listener: "HOST:PORT"
        case .path: "DIR"
        case .optionalPath: "FILE"
        case .devicePolicy: Self.choices(ServerConfig.DevicePolicy.self)
        case .messagingPolicy: Self.choices(ServerConfig.MessagingPolicy.self)
        case .logLevel: Self.choices(Logger.Level.self)
        }
    }

    /// What it takes, in words: `bytes, 2,048 ... 16,777,216`.
    public var takes: String {
        switch kind {
        case .integer(_, let unit, let range):
            "\(unit), \(range.lowerBound) ... \(range.upperBound)"
        case .listener: "HOST:PORT or none; port 0 takes a free one"
        case .path: "a folder"
        case .optionalPath: "a file"
        case .devicePolicy, .messagingPolicy, .logLevel:
            "one of " + valueName.replacing("|", with: ", ")
        }
    }

    /// The value in `config`, as one writes it; empty when there is none.
    public func text(in config: ServerConfig) -> String {
        switch kind {
        case .integer(let path, _, _): String(config[keyPath: path])
        case .listener(let path): config[keyPath: path].map(\.description) ?? "none"
        case .path(let path): config[keyPath: path]
        case .optionalPath(let path): config[keyPath: path] ?? ""
        case .devicePolicy: config.devicePolicy.rawValue
        case .messagingPolicy: config.messagingPolicy.rawValue
        case .logLevel: config.logLevel.rawValue
        }
    }

    /// Puts the value written as `text` into `config`.
    func apply(_ text: String, to config: inout ServerConfig) throws(BadValue) {
        switch kind {
        case .integer(let path, let unit, let range):
            config[keyPath: path] = try Self.integer(text, unit: unit, range: range)
        case .listener(let path):
            config[keyPath: path] = try Self.listener(text)
        case .path(let path):
            config[keyPath: path] = try Self.file(text)
        case .optionalPath(let path):
            config[keyPath: path] = try Self.file(text)
        case .devicePolicy: config.devicePolicy = try Self.choice(text)
        case .messagingPolicy: config.messagingPolicy = try Self.choice(text)
        case .logLevel: config.logLevel = try Self.choice(text)
        }
        if let notServedYet, self.text(in: config) != self.text(in: ServerConfig()) {
            throw BadValue(reason: notServedYet)
        }
    }
}

extension Setting {
    private static func choices<C: CaseIterable & RawRepresentable<String>>(_: C.Type) -> String {
        C.allCases.map(\.rawValue).joined(separator: "|")
    }

    private static func choice<C: CaseIterable & RawRepresentable<String>>(
        _ text: String
    ) throws(BadValue) -> C {
        if let value = C(rawValue: text) { return value }
        let known = C.allCases.map(\.rawValue).joined(separator: ", ")
        throw BadValue(reason: "\"\(text)\" is not one of \(known)")
    }

    private static func integer(
        _ text: String, unit: String, range: ClosedRange<Int>
    ) throws(BadValue) -> Int {
        let digits = text.replacing("_", with: "")
        guard !text.isEmpty, text.first != "_", let value = Int(digits) else {
            throw BadValue(reason: "\"\(text)\" is not a whole number of \(unit)")
        }
        guard range.contains(value) else {
            throw BadValue(
                reason: "\(value) is out of range: \(range.lowerBound) ... "
                    + "\(range.upperBound) \(unit)")
        }
        return value
    }

    private static func listener(_ text: String) throws(BadValue) -> ListenAddress? {
        if text == "none" { return nil }
        if let address = ListenAddress(text) { return address }
        throw BadValue(
            reason: "\"\(text)\" is neither HOST:PORT (port 0 ... 65535) nor none")
    }

    private static func file(_ text: String) throws(BadValue) -> String {
        if text.isEmpty { throw BadValue(reason: "a path is missing") }
        if text.utf8.contains(0) { throw BadValue(reason: "a path cannot hold a NUL byte") }
        return text
    }
}
