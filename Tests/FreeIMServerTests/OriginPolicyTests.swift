import Testing

@testable import FreeIMServer

@Suite struct OriginPolicyTests {
    @Test(arguments: ["a", "https://", "https://a/b", "*, https://a", "https://a b", "ftp://a"])
    func whatIsNoList(text: String) {
        #expect(OriginPolicy(text) == nil)
    }

    @Test func emptyIsTheSameHostOnAnyPort() throws {
        let policy = try #require(OriginPolicy(" "))
        #expect(policy.allows(nil, host: "a"))
        #expect(policy.allows("http://A.example", host: "a.example:2001"))
        #expect(policy.allows("https://a.example:8080", host: "A.example"))
        #expect(policy.allows("http://[::1]:8080", host: "[::1]:2001"))
        #expect(!policy.allows("http://[::1]:8080", host: "[::2]:2001"))
        #expect(!policy.allows("http://b.a.example", host: "a.example"))
        #expect(!policy.allows("null", host: "null"))
        #expect(!policy.allows("", host: ""))
    }

    @Test func aListIsExact() throws {
        let policy = try #require(OriginPolicy("https://A.example, http://b:81,"))
        #expect(policy.allows("https://a.example", host: "x"))
        #expect(policy.allows("https://a.example:443", host: "x"))
        #expect(policy.allows("http://b:81", host: "x"))
        #expect(!policy.allows("http://b", host: "b"))
        #expect(policy.allows(nil, host: "x"))
    }

    @Test func aStarIsAnybody() throws {
        let policy = try #require(OriginPolicy("*"))
        #expect(policy.allows("null", host: "x") && policy.allows("https://e", host: "x"))
    }
}
