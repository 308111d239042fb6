import Testing

@testable import FreeIMServer

@Suite struct PhoneNumberTests {
    @Test(arguments: [
        ("+8613800138000", "+8613800138000"), ("+86 138-0013.8000", "+8613800138000"),
        ("+1 (555) 010-9999", "+15550109999"), ("13800138000", "13800138000"),
        ("0612345678", "0612345678"), ("10086", "10086"), ("+1234567", "+1234567"),
        ("+" + String(repeating: "9", count: 15), "+999999999999999"),
    ])
    func taken(written: String, kept: String) throws {
        #expect(try PhoneNumber(written).text == kept)
        #expect(try PhoneNumber(kept).text == kept)
    }

    @Test(arguments: [
        "", "+", "1234", "+123456", "+0123456789", "+" + String(repeating: "1", count: 16),
        String(repeating: "1", count: 16), "1+2345678", "++8613800138000", "tel:10086",
        "１３８００１３８０００", "٣١٦١٢٣٤٥", "138\u{200b}00138000", "138\n00138000", "138\u{0}00138",
        "-----", "+86/13800138000",
    ])
    func refused(written: String) {
        #expect(throws: Refusal.self) { try PhoneNumber(written) }
    }
}
