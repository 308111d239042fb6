import Foundation

/// One line of the settings table: a name, what it takes, and where it goes in `ServerConfig`.
public struct Setting: Sendable {
    /// Part of the table, as `--help` groups it.
    public enum Section: String, Sendable, CaseIterable {
        case place = "Data and listeners"
        case policy = "Policies and logs"
        case connection = "Connections"
        case delivery = "Delivery"
        case account = "Accounts"
        case message = "Messages"
        case hook = "Push and webhooks"
        case http = "HTTP, files and moments"
        case app = "The app's newest version"
        case store = "Store and process"
    }

    /// What a setting takes.
    enum Kind: Sendable {
        case integer(
            WritableKeyPath<ServerConfig, Int> & Sendable, unit: String, ClosedRange<Int>)
        case listener(WritableKeyPath<ServerConfig, ListenAddress?> & Sendable)
        case path(WritableKeyPath<ServerConfig, String> & Sendable)
        case optionalPath(WritableKeyPath<ServerConfig, String?> & Sendable)
        case text(WritableKeyPath<ServerConfig, String> & Sendable, String, characters: Int)
        case optionalURL(WritableKeyPath<ServerConfig, String?> & Sendable)
        case flag(WritableKeyPath<ServerConfig, Bool> & Sendable)
        case choice(SettingChoice)
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

    init(_ key: String, _ section: Section, _ kind: Kind, _ help: String) {
        self.key = key
        self.section = section
        self.kind = kind
        self.help = help
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
        case .text(_, let name, _): name
        case .optionalURL: "URL"
        case .flag: "on|off"
        case .choice(let choice): choice.names.joined(separator: "|")
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
        case .text(_, _, let characters): "a text of at most \(characters) characters"
        case .optionalURL: "an http or https URL"
        case .flag: "on or off"
        case .choice(let choice): "one of " + choice.names.joined(separator: ", ")
        }
    }

    /// The value in `config`, as one writes it; empty when there is none.
    public func text(in config: ServerConfig) -> String {
        switch kind {
        case .integer(let path, _, _): String(config[keyPath: path])
        case .listener(let path): config[keyPath: path].map(\.description) ?? "none"
        case .path(let path): config[keyPath: path]
        case .optionalPath(let path): config[keyPath: path] ?? ""
        case .text(let path, _, _): config[keyPath: path]
        case .optionalURL(let path): config[keyPath: path] ?? ""
        case .flag(let path): config[keyPath: path] ? "on" : "off"
        case .choice(let choice): choice.text(config)
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
        case .text(let path, _, let characters):
            config[keyPath: path] = try Self.text(text, charactersMax: characters)
        case .optionalURL(let path): config[keyPath: path] = try Self.url(text)
        case .flag(let path): config[keyPath: path] = try Self.flag(text)
        case .choice(let choice): try choice.apply(text, &config)
        }
    }
}

extension Setting {
    private static func text(_ text: String, charactersMax: Int) throws(BadValue) -> String {
        if text.count > charactersMax {
            throw BadValue(reason: "\(text.count) characters; at most \(charactersMax) fit")
        }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) {
            throw BadValue(reason: "a control character cannot stand here")
        }
        return text
    }

    private static func url(_ text: String) throws(BadValue) -> String? {
        if text == "none" { return nil }
        let parts = URLComponents(string: text)
        guard let parts, ["http", "https"].contains(parts.scheme), parts.host?.isEmpty == false
        else { throw BadValue(reason: "\"\(text)\" is neither an http or https URL nor none") }
        return text
    }

    private static func flag(_ text: String) throws(BadValue) -> Bool {
        switch text {
        case "on", "true", "yes", "1": return true
        case "off", "false", "no", "0": return false
        default: throw BadValue(reason: "\"\(text)\" is neither on nor off")
        }
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
