import Foundation
import FreeIMClient
import Testing

@testable import imtui

/// What a profile remembers of where the server is, and of TLS to it.
@Suite struct ProfileTests {
    private func profile(
        _ said: [(tls: Bool?, ca: String?, http: String?)]
    ) throws -> Profile {
        var profile = Profile()
        for (tls, ca, http) in said { try profile.secure(tls: tls, ca: ca, http: http) }
        return profile
    }

    @Test func tlsTakesTheHTTPAddressWithItUnlessThatSaysOtherwise() throws {
        #expect(try profile([(nil, nil, nil)]).http == "http://127.0.0.1:8080")
        #expect(try profile([(nil, nil, nil)]).tls == nil)
        #expect(try profile([(true, nil, nil)]).http == "https://127.0.0.1:8080")
        #expect(try profile([(true, nil, "h:1")]).http == "https://h:1")
        #expect(try profile([(true, nil, "http://h:1")]).http == "http://h:1")
        #expect(try profile([(nil, nil, "h:1")]).http == "http://h:1")
        #expect(try profile([(nil, nil, "https://h:1")]).tls == nil)
        let off = try profile([(true, nil, nil), (false, nil, nil)])
        #expect((off.tls, off.http) == (false, "http://127.0.0.1:8080"))
        // What was said once holds.
        let later = try profile([(true, nil, "h:1"), (nil, nil, nil)])
        #expect((later.tls, later.http) == (true, "https://h:1"))
        #expect(try profile([(true, nil, nil), (nil, nil, "h:2")]).http == "https://h:2")
    }

    @Test func aFileOfAuthoritiesIsForTLSAndIsFoundFromAnywhere() throws {
        let made = try profile([(nil, "ca.pem", nil)])
        #expect(made.tls == true)
        #expect(made.http == "https://127.0.0.1:8080")
        let path = try #require(made.ca)
        #expect(path.hasPrefix("/") && path.hasSuffix("/ca.pem"))
        do {
            _ = try made.options("test")
            Issue.record("took a file that is not there")
        } catch let error as ClientError {
            #expect(error.description.contains("ca.pem cannot be read"))
        }
    }

    @Test func aProfileOfBeforeTLSIsRead() throws {
        let old = """
            {"account":"ann","deviceID":"d","http":"http://h:1","nickname":"","server":"h:2",
             "token":"t","userID":7}
            """
        let profile = try JSONDecoder().decode(Profile.self, from: Data(old.utf8))
        let options = try profile.options("test")
        #expect(options.tls == nil)
        #expect(options.httpTLS == nil)
        #expect((options.host, options.port, options.httpPort) == ("h", 2, 1))
    }

    @Test func eachListenerHasItsOwnTLS() throws {
        var profile = try profile([(nil, nil, "https://h:1")])
        var options = try profile.options("test")
        #expect(options.tls == nil)
        #expect(options.httpTLS != nil)
        try profile.secure(tls: true, ca: nil, http: "http://h:1")
        options = try profile.options("test")
        #expect(options.tls != nil)
        #expect(options.httpTLS == nil)
    }
}
