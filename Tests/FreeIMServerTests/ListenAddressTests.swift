import FreeIMServer
import Testing

@Suite struct ListenAddressTests {
    @Test(arguments: ["127.0.0.1:2000", "localhost:0", "[::1]:65535", "0.0.0.0:1"])
    func isReadAndWrittenAlike(text: String) {
        #expect(ListenAddress(text)?.description == text)
    }

    @Test(arguments: [
        "", ":", "2000", ":2000", "localhost", "localhost:", "localhost:65536", "a:-1", "a:+1",
        "a:1x", "::1:80", "[]:1", "a b:1", "a:99999999999999999999", "[::1:80",
    ])
    func isRefused(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
