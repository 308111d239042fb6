import FreeIMClient

/// What a message with a file says of it.
struct SentFile: Equatable, Sendable {
    /// Characters of a name on disk.
    static let nameCharactersMax = 120

    private let content: FileContent

    var url: String { content.url }
    /// Never empty.
    var name: String { content.name.isEmpty ? "file" : content.name }
    /// Bytes; nil: not said.
    var size: Int64? { content.size }
    var type: String { content.type }

    /// Reads the content of a message: JSON, or the address itself.
    init(content: String) {
        self.content = FileContent(content)
    }

    /// The file of a message; throws `ClientError` when it carries none.
    init(of message: ChatMessage) throws {
        guard FileContent.codes.contains(message.code), !message.isRecalled else {
            throw ClientError.unknown("#\(message.seq) carries no file")
        }
        self.init(content: message.content)
        if url.isEmpty { throw ClientError.unknown("#\(message.seq) does not say where") }
    }

    /// The name without anything that would lead out of a folder or hide the file.
    var safeName: String {
        let plain = name.unicodeScalars.map { scalar in
            "/\\\0".unicodeScalars.contains(scalar) || scalar.value < 0x20
                || scalar.value == 0x7f ? Unicode.Scalar("_") : scalar
        }
        var safe = String(String.UnicodeScalarView(plain)).prefix(SentFile.nameCharactersMax)
        while safe.first == "." || safe.first == "-" { safe.removeFirst() }
        return safe.isEmpty ? "file" : String(safe)
    }

    /// `cat.png (12 KB)`.
    var line: String {
        guard let size else { return name }
        return "\(name) (\(SentFile.amount(size)))"
    }

    /// Bytes as people read them.
    static func amount(_ bytes: Int64) -> String {
        let units = ["B", "KB", "MB", "GB", "TB"]
        var amount = Double(bytes)
        var unit = 0
        while amount >= 1_000, unit < units.count - 1 {
            amount /= 1_000
            unit += 1
        }
        let tenths = Int64((amount * 10).rounded())
        let isWhole = unit == 0 || tenths >= 100 || tenths % 10 == 0
        let number = isWhole ? "\((tenths + 5) / 10)" : "\(tenths / 10).\(tenths % 10)"
        return "\(number) \(units[unit])"
    }
}
