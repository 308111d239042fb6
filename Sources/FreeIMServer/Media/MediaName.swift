/// The name of a stored file: 64 hexadecimal digits of its SHA-256, a dot, its type's extension.
struct MediaName: Sendable, Equatable {
    /// What comes before the name in a URL.
    static let path = "/media/"
    /// Characters of the name that a file had where it came from.
    static let originalCharactersMax = 255

    let hash: String
    let type: MediaType

    init(hash: String, type: MediaType) {
        self.hash = hash
        self.type = type
    }

    /// nil for anything but a name that this server gives; never a path.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 64,
            parts[0].utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
            let type = MediaType(rawValue: String(parts[1]))
        else { return nil }
        self.init(hash: String(parts[0]), type: type)
    }

    /// The name in a URL of this server; nil for any other URL.
    init?(url: String) {
        guard url.hasPrefix(MediaName.path) else { return nil }
        self.init(String(url.dropFirst(MediaName.path.count)))
    }

    var text: String { "\(hash).\(type.rawValue)" }
    var url: String { MediaName.path + text }

    /// The name a sender gave, without folders and control characters; never empty.
    static func original(_ name: String) -> String {
        let last = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
        let plain = String(
            String.UnicodeScalarView(
                last.unicodeScalars.filter { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
                    default: true
                    }
                })
        ).trimmingWhitespace()
        return ["", ".", ".."].contains(plain) ? "file" : plain
    }
}
