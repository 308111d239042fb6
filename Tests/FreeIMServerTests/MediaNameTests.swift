import Testing

@testable import FreeIMServer

@Suite struct MediaNameTests {
    private static let hash = String(repeating: "0a", count: 32)

    @Test func thereAndBack() {
        let name = MediaName(hash: Self.hash, type: .png)
        #expect(MediaName(name.text) == name)
        #expect(MediaName(url: name.url) == name)
        #expect(name.url == "/media/\(Self.hash).png")
    }

    @Test(arguments: [
        "", ".", "..", "\(hash)", "\(hash).", "\(hash).exe", "\(hash).png.png",
        "\(hash.dropLast()).png",
        "\(hash)0.png", "../\(hash).png", "\(hash.uppercased()).png", "/etc/passwd", ".png",
        "\(hash).png/", "\(hash)\0.png",
    ])
    func nothingElseIsAName(text: String) {
        #expect(MediaName(text) == nil)
        #expect(MediaName(url: "/media/" + text) == nil)
    }

    @Test func urlsOfOthers() {
        #expect(MediaName(url: "https://example.org/media/\(Self.hash).png") == nil)
        #expect(MediaName(url: "media/\(Self.hash).png") == nil)
    }

    @Test(arguments: [
        ("cat.png", "cat.png"), ("../../etc/passwd", "passwd"), ("C:\\x\\猫.png", "猫.png"),
        ("a\u{1b}[31m\u{7}b\n", "a[31mb"), ("x\u{202e}gnp.exe", "xgnp.exe"), ("", "file"),
        ("..", "file"), ("/", "file"), ("  a b ", "a b"),
    ])
    func originalNames(given: String, kept: String) {
        #expect(MediaName.original(given) == kept)
    }
}
