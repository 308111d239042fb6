import FreeIMHTTPClient
import Testing

@Suite struct HTTPURLTests {
    @Test func partsAreFound() throws {
        let whole = try #require(HTTPURL("https://hooks.example.org:8443/a/b?c=d#e"))
        #expect(whole.isTLS)
        #expect(whole.host == "hooks.example.org")
        #expect(whole.port == 8_443)
        #expect(whole.path == "/a/b?c=d")
        let bare = try #require(HTTPURL("http://127.0.0.1"))
        #expect((bare.isTLS, bare.port, bare.path) == (false, 80, "/"))
        #expect(HTTPURL("HTTPS://h?q")?.path == "/?q")
        #expect(HTTPURL("https://h")?.port == 443)
        #expect(HTTPURL("http://[::1]:8080/x")?.host == "::1")
        #expect(HTTPURL("http://[::1]:8080/x")?.port == 8_080)
    }

    @Test(
        arguments: [
            "", "h:1", "ftp://h", "http://", "http://:80", "http://h:0", "http://h:65536",
            "http://h:x", "http://h:", "http://user@h/", "http://h /", "http://h\u{0}/",
            "http://[::1", "http://h\\x/", "http://ä/", "javascript://h",
        ])
    func oddOnesAreNone(text: String) {
        #expect(HTTPURL(text) == nil)
    }
}
