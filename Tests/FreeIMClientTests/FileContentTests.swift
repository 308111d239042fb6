import Testing

@testable import FreeIMClient

@Suite struct FileContentTests {
    @Test func whatAnUploadSaysComesBack() {
        let file = UploadedFile(url: "/media/ab.png", name: "cat.png", size: 12, type: "image/png")
        let content = FileContent(file.content)
        #expect(content.url == "/media/ab.png")
        #expect(content.name == "cat.png")
        #expect(content.size == 12)
        #expect(content.type == "image/png")
    }

    @Test func anAddressAloneIsOne() {
        let content = FileContent("https://example.org/a/b.png")
        #expect(content.url == "https://example.org/a/b.png")
        #expect(content.name == "b.png")
        #expect(content.size == nil)
    }

    @Test func anObjectWithoutAnAddressHasNone() {
        #expect(FileContent(#"{"name":"x"}"#) == FileContent(#"{"name":"x","url":""}"#))
        #expect(FileContent(#"{"name":"x"}"#).url.isEmpty)
    }
}
