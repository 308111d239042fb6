import FreeIMProtocol

/// A file that is on the server.
public struct UploadedFile: Sendable, Equatable {
    /// Its place on the server, like `/media/HASH.png`.
    public var url: String
    /// What it was called where it came from.
    public var name: String
    /// Bytes.
    public var size: Int64
    /// Its media type, as the server found it to be.
    public var type: String

    public init(url: String, name: String, size: Int64, type: String) {
        self.url = url
        self.name = name
        self.size = size
        self.type = type
    }

    /// The Content of a message that carries it.
    public var content: String {
        let fields: JSONValue = [
            "url": .string(url), "name": .string(name), "size": .int(size), "type": .string(type),
        ]
        return String(decoding: (try? fields.bytes()) ?? [], as: UTF8.self)
    }

    /// The Code of a message that carries it.
    public var code: IMMessageCode {
        switch type.prefix(while: { $0 != "/" }).lowercased() {
        case "image": .image
        case "video": .video
        case "audio": .voice
        default: .file
        }
    }

    /// What the upload route calls a file of that name.
    static func kind(of name: String) -> String {
        let ending = name.split(separator: ".").last?.lowercased() ?? ""
        return kinds[ending] ?? "file"
    }

    private static let kinds: [String: String] = [
        "png": "image", "jpg": "image", "jpeg": "image", "gif": "image", "webp": "image",
        "bmp": "image", "heic": "image", "avif": "image", "mp4": "video", "mov": "video",
        "webm": "video", "mkv": "video", "m4v": "video", "mp3": "voice", "m4a": "voice",
        "ogg": "voice", "oga": "voice", "opus": "voice", "wav": "voice", "amr": "voice",
        "aac": "voice", "flac": "voice",
    ]
}
