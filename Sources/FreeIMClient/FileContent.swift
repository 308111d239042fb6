import FreeIMProtocol

/// The Content of a message that carries a file, read leniently.
public struct FileContent: Equatable, Sendable {
    /// The codes of messages that carry a file: picture, video, voice, file.
    public static let codes: Set<Int> = [2, 4, 5, 6]

    /// Where it is; a Content that is no JSON object is taken as the address itself.
    public let url: String
    /// What to call it: its name, else the last part of the address; empty when it has neither.
    public let name: String
    /// Bytes; nil: not said.
    public let size: Int64?
    /// Its media type; empty: not said.
    public let type: String

    /// Reads the Content of a message.
    public init(_ content: String) {
        let parsed = JSONValue(parsing: Array(content.utf8)) ?? .null
        var isObject = false
        if case .object = parsed { isObject = true }
        url = parsed["url"].text ?? (isObject ? "" : content)
        let said = parsed["name"].text ?? ""
        name = said.isEmpty ? url.split(separator: "/").last.map(String.init) ?? "" : said
        size = parsed["size"].integer
        type = parsed["type"].text ?? ""
    }
}
