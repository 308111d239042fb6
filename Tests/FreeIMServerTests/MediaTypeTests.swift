import Testing

@testable import FreeIMServer

@Suite struct MediaTypeTests {
    private static func bytes(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }

    @Test(arguments: [
        ("\u{89}PNG\r\n\u{1a}\n rest", MediaType.png), ("\u{ff}\u{d8}\u{ff}\u{e0}", .jpg),
        ("GIF89a", .gif), ("GIF87a", .gif), ("RIFF\0\0\0\0WEBPVP8 ", .webp),
        ("RIFF\0\0\0\0WAVEfmt ", .wav), ("RIFF\0\0\0\0AVI LIST", .avi),
        ("\0\0\0\u{18}ftypmp42", .mp4), ("\0\0\0\u{18}ftypisom", .mp4),
        ("\0\0\0\u{14}ftypqt  ", .mov), ("\0\0\0\u{18}ftypheic", .heic),
        ("\0\0\0\u{18}ftypavif", .avif), ("\0\0\0\u{18}ftypM4A ", .m4a),
        ("\u{1a}\u{45}\u{df}\u{a3}\u{9f}\u{42}\u{82}\u{84}webm", .webm),
        ("\u{1a}\u{45}\u{df}\u{a3}\u{9f}\u{42}\u{82}\u{88}matroska", .mkv),
        ("ID3\u{4}\0", .mp3), ("\u{ff}\u{fb}\u{90}\u{64}", .mp3),
        ("\u{ff}\u{f1}\u{50}\u{80}", .aac),
        ("OggS\0\u{2}", .ogg), ("fLaC\0", .flac), ("#!AMR\n", .amr), ("%PDF-1.7", .pdf),
        ("PK\u{3}\u{4}", .zip), ("\u{1f}\u{8b}\u{8}", .gz), ("hello\n", .txt),
    ])
    func bytesDecide(head: String, type: MediaType) {
        #expect(MediaType(sniffing: Self.bytes(head)) == type)
    }

    @Test(arguments: [
        "<html>", "<!DOCTYPE html>", "<svg onload=x>", "<?xml version='1.0'?>", "a()",
    ])
    func markupIsPlainText(text: String) {
        let type = MediaType(sniffing: Array(text.utf8))
        #expect(type == .txt)
        #expect(type.kind == .file)
        #expect(type.contentType == "text/plain; charset=utf-8")
    }

    /// Beginnings of formats, cut anywhere, and a UTF-16 mark, which looks like an MPEG header.
    @Test func whatIsNothingKnown() {
        #expect(MediaType(sniffing: [0xff, 0xfe, 0x61, 0x00]) == .bin)
        #expect(MediaType(sniffing: [0xff, 0xfb, 0xff, 0xff]) == .bin)
        #expect(MediaType(sniffing: Self.bytes("\0\0\0\u{18}ftyp")) == .bin)
        #expect(MediaType(sniffing: Self.bytes("RIFF\0\0\0\0")) == .bin)
        #expect(MediaType(sniffing: Self.bytes("BM and so on, a text about cars")) == .txt)
        #expect(MediaType(sniffing: [0xff]) == .bin)
        #expect(MediaType(sniffing: [0]) == .bin)
        #expect(MediaType(sniffing: []) == .txt)
    }

    /// A head that ends inside a character is text; a file that does is not.
    @Test func headsEndAnywhere() {
        let text = Array(String(repeating: "文", count: 200).utf8)
        for shift in 0..<3 {
            let head = Array(([UInt8](repeating: 0x20, count: shift) + text).prefix(512))
            #expect(MediaType(sniffing: head) == .txt)
        }
        #expect(MediaType(sniffing: Array(text.prefix(100))) == .bin)
    }

    @Test(arguments: MediaType.allCases) func kindsAndTypesAgree(type: MediaType) {
        let first = type.contentType.split(separator: "/").first.map(String.init)
        switch type.kind {
        case .image: #expect(first == "image")
        case .video: #expect(first == "video")
        case .voice: #expect(first == "audio")
        case .file: #expect(first == "application" || first == "text")
        }
    }
}
