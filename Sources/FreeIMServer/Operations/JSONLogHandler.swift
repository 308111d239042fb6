import Foundation
import FreeIMProtocol
import Logging

/// Writes one JSON object a line to standard error: time, level, label, message, metadata.
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let write: @Sendable ([UInt8]) -> Void

    /// `write` takes a whole line, its end included.
    init(label: String, write: @escaping @Sendable ([UInt8]) -> Void = JSONLogHandler.standardError)
    {
        self.label = label
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let more = metadataProvider?.get() { all.merge(more) { _, new in new } }
        if let more = event.metadata { all.merge(more) { _, new in new } }
        var fields: [String: JSONValue] = [
            "time": .string(JSONLogHandler.time(WallClock.milliseconds())),
            "level": .string(event.level.rawValue), "label": .string(label),
            "message": .string(event.message.description), "source": .string(event.source),
        ]
        if let error = event.error { fields["error"] = .string("\(error)") }
        if !all.isEmpty { fields["metadata"] = .object(all.mapValues(JSONLogHandler.json)) }
        guard let line = try? JSONValue.object(fields).bytes() else { return }
        write(line + [UInt8(ascii: "\n")])
    }

    /// `2026-01-31T23:59:59.123Z`.
    static func time(_ milliseconds: Int64) -> String {
        let name = BackupDesk.name(now: milliseconds)
        let digits = Array(name)
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        let rest = String(1_000 + milliseconds % 1_000).dropFirst()
        return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):"
            + "\(part(13..<15)).\(rest)Z"
    }

    private static func json(_ value: Logger.MetadataValue) -> JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string(value.description)
        case .array(let values): .array(values.map(json))
        case .dictionary(let values): .object(values.mapValues(json))
        }
    }

    /// One write a line, so that lines of several threads do not mix.
    private static let standardError: @Sendable ([UInt8]) -> Void = { line in
        _ = line.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension ServerConfig.LogFormat {
    /// Lines of this format to standard error; once a process.
    func bootstrap() {
        switch self {
        case .text: LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        case .json: LoggingSystem.bootstrap { JSONLogHandler(label: $0) }
        }
    }
}
