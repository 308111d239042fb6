/// A picture's kind and size, read from its first bytes before anything is decoded.
struct PictureHeader: Equatable, Sendable {
    enum Kind: Sendable {
        case png, jpeg, gif, webp
    }

    var kind: Kind
    var width: Int
    var height: Int

    /// nil: none of the kinds, or cut short before its size.
    init?(_ bytes: [UInt8]) {
        if let header = Self.png(bytes) ?? Self.gif(bytes) ?? Self.webp(bytes)
            ?? Self.jpeg(bytes)
        {
            self = header
        } else {
            return nil
        }
    }

    private init?(_ kind: Kind, _ width: Int, _ height: Int) {
        guard width > 0, height > 0 else { return nil }
        self.kind = kind
        self.width = width
        self.height = height
    }

    private static func big(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
        bytes[at..<at + count].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func little(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
        bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private static func has(_ bytes: [UInt8], _ text: String, _ at: Int) -> Bool {
        let wanted = Array(text.utf8)
        return bytes.count >= at + wanted.count && Array(bytes[at..<at + wanted.count]) == wanted
    }

    private static func png(_ bytes: [UInt8]) -> PictureHeader? {
        guard bytes.count >= 24, bytes[0] == 0x89, has(bytes, "PNG\r\n\u{1a}\n", 1),
            has(bytes, "IHDR", 12)
        else { return nil }
        return PictureHeader(.png, big(bytes, 16, 4), big(bytes, 20, 4))
    }

    private static func gif(_ bytes: [UInt8]) -> PictureHeader? {
        guard bytes.count >= 10, has(bytes, "GIF87a", 0) || has(bytes, "GIF89a", 0) else {
            return nil
        }
        return PictureHeader(.gif, little(bytes, 6, 2), little(bytes, 8, 2))
    }

    private static func webp(_ bytes: [UInt8]) -> PictureHeader? {
        guard bytes.count >= 30, has(bytes, "RIFF", 0), has(bytes, "WEBP", 8) else { return nil }
        if has(bytes, "VP8X", 12) {
            return PictureHeader(.webp, little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1)
        }
        if has(bytes, "VP8L", 12) {
            let bits = little(bytes, 21, 4)
            return PictureHeader(.webp, bits & 0x3fff + 1, bits >> 14 & 0x3fff + 1)
        }
        guard has(bytes, "VP8 ", 12) else { return nil }
        return PictureHeader(
            .webp, little(bytes, 26, 2) & 0x3fff, little(bytes, 28, 2) & 0x3fff)
    }

    /// Looks through the segments for the one that begins the frame.
    private static func jpeg(_ bytes: [UInt8]) -> PictureHeader? {
        guard bytes.count > 4, bytes[0] == 0xff, bytes[1] == 0xd8 else { return nil }
        var at = 2
        while at + 9 < bytes.count {
            guard bytes[at] == 0xff else { return nil }
            let marker = bytes[at + 1]
            if marker == 0xff {
                at += 1
                continue
            }
            if (0xc0...0xcf).contains(marker), ![0xc4, 0xc8, 0xcc].contains(marker) {
                return PictureHeader(.jpeg, big(bytes, at + 7, 2), big(bytes, at + 5, 2))
            }
            if marker == 0xd9 || marker == 0xda { return nil }
            at += 2 + max(big(bytes, at + 2, 2), 2)
        }
        return nil
    }
}
