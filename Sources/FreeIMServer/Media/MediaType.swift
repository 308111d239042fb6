/// What a stored file is, found out from its bytes; the raw value is its extension.
enum MediaType: String, Sendable, CaseIterable {
    case png, jpg, gif, webp, bmp, heic, avif
    case mp4, mov, webm, mkv, avi
    case mp3, ogg, wav, flac, m4a, aac, amr
    case pdf, zip, gz, txt, bin

    /// What an upload may be announced as; its bytes decide what it is.
    enum Kind: String, Sendable, CaseIterable {
        case image, video, voice, file
    }

    /// Bytes at a file's start that decide.
    static let headBytes = 512

    /// What the file is; `.file` for all that is neither picture, film nor sound.
    var kind: Kind {
        switch self {
        case .png, .jpg, .gif, .webp, .bmp, .heic, .avif: .image
        case .mp4, .mov, .webm, .mkv, .avi: .video
        case .mp3, .ogg, .wav, .flac, .m4a, .aac, .amr: .voice
        case .pdf, .zip, .gz, .txt, .bin: .file
        }
    }

    /// The value of Content-Type.
    var contentType: String {
        switch self {
        case .png, .gif, .webp, .bmp, .heic, .avif: "image/\(rawValue)"
        case .jpg: "image/jpeg"
        case .mp4, .webm: "video/\(rawValue)"
        case .mov: "video/quicktime"
        case .mkv: "video/x-matroska"
        case .avi: "video/x-msvideo"
        case .ogg, .wav, .flac, .aac: "audio/\(rawValue)"
        case .mp3: "audio/mpeg"
        case .m4a: "audio/mp4"
        case .amr: "audio/amr"
        case .pdf, .zip: "application/\(rawValue)"
        case .gz: "application/gzip"
        case .txt: "text/plain; charset=utf-8"
        case .bin: "application/octet-stream"
        }
    }

    /// The type of a file that begins with `head`, its first `headBytes` bytes (or all).
    ///
    /// Markup of any kind is plain text: a browser must never run what somebody sent.
    init(sniffing head: [UInt8]) {
        for (type, offset, magic) in MediaType.magics
        where head.dropFirst(offset).starts(with: magic.utf8Latin1) {
            self = type
            return
        }
        self = MediaType.container(head) ?? MediaType.stream(head) ?? MediaType.plain(head)
    }

    private static let magics: [(MediaType, offset: Int, magic: String)] = [
        (.png, 0, "\u{89}PNG\r\n\u{1a}\n"), (.jpg, 0, "\u{ff}\u{d8}\u{ff}"),
        (.gif, 0, "GIF87a"), (.gif, 0, "GIF89a"), (.ogg, 0, "OggS\0"), (.flac, 0, "fLaC"),
        (.mp3, 0, "ID3"), (.amr, 0, "#!AMR"), (.pdf, 0, "%PDF-"), (.zip, 0, "PK\u{3}\u{4}"),
        (.zip, 0, "PK\u{5}\u{6}"), (.gz, 0, "\u{1f}\u{8b}\u{8}"),
    ]

    /// RIFF, ISO base media and Matroska say inside what they hold.
    private static func container(_ head: [UInt8]) -> MediaType? {
        func text(_ range: Range<Int>) -> String {
            range.upperBound > head.count ? "" : String(decoding: head[range], as: UTF8.self)
        }
        if text(0..<4) == "RIFF" {
            return ["WEBP": .webp, "WAVE": .wav, "AVI ": .avi][text(8..<12)]
        }
        if text(4..<8) == "ftyp" {
            switch text(8..<12) {
            case "heic", "heix", "hevc", "hevx", "mif1", "msf1": return .heic
            case "avif", "avis": return .avif
            case "M4A ", "M4B ": return .m4a
            case "qt  ": return .mov
            case "": return nil
            default: return .mp4
            }
        }
        if head.starts(with: [0x1a, 0x45, 0xdf, 0xa3]) {
            let start = String(decoding: head.prefix(64), as: UTF8.self)
            return start.contains("webm") ? .webm : .mkv
        }
        let isBitmap = text(0..<2) == "BM" && head.count >= 26
        return isBitmap && head[6..<10].allSatisfy { $0 == 0 } ? .bmp : nil
    }

    /// Sound without a container: MPEG layer III and ADTS, by the header of the first frame.
    private static func stream(_ head: [UInt8]) -> MediaType? {
        guard head.count >= 4, head[0] == 0xff, head[1] & 0xe0 == 0xe0 else { return nil }
        if head[1] & 0xf6 == 0xf0 { return .aac }
        let hasRate = head[2] >> 4 != 15 && head[2] >> 4 != 0 && (head[2] >> 2) & 3 != 3
        let hasVersion = head[1] & 0x18 != 0x08
        return head[1] & 0x06 == 0x02 && hasVersion && hasRate ? .mp3 : nil
    }

    /// Text is UTF-8 without control characters; the head may end inside a character.
    private static func plain(_ head: [UInt8]) -> MediaType {
        let hasControls = head.contains { byte in
            byte < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d, 0x1b].contains(byte) || byte == 0x7f
        }
        if hasControls { return .bin }
        let cuts = head.count < headBytes ? 0...0 : 0...3
        let isText = cuts.contains { cut in
            String(validating: head.dropLast(cut), as: UTF8.self) != nil
        }
        return isText ? .txt : .bin
    }
}

extension String {
    /// One byte for each character up to U+00FF.
    fileprivate var utf8Latin1: [UInt8] {
        unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
}
