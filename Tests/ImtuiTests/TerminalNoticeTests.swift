import Foundation
import Testing

@testable import imtui

@Suite struct TerminalNoticeTests {
    private static func text(_ bytes: [UInt8]?) -> String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: ["", "a", "ab", "abc", "你好, world"]) func base64(text: String) {
        let own = String(decoding: Base64.encoded(Array(text.utf8)), as: UTF8.self)
        #expect(own == Data(text.utf8).base64EncodedString())
    }

    @Test func copying() {
        #expect(Self.text(TerminalNotice.copy("hi")) == "\u{1b}]52;c;aGk=\u{1b}\\")
        let most = String(repeating: "x", count: TerminalNotice.copyBytesMax)
        #expect(TerminalNotice.copy(most) != nil)
        #expect(TerminalNotice.copy(most + "x") == nil)
    }

    @Test func noticesAreSafe() {
        let nine = TerminalNotice.notice(title: "bob", text: "a\u{7}\u{1b}\\b", .osc9)
        #expect(Self.text(nine) == "\u{1b}]9;bob: a␇␛\\b\u{1b}\\")
        let number = TerminalNotice.notice(title: "4;1", text: "x", .osc9)
        #expect(Self.text(number) == "\u{1b}]9; 4;1: x\u{1b}\\")
        let other = TerminalNotice.notice(title: "a;b", text: "c;d\u{9c}", .osc777)
        #expect(Self.text(other) == "\u{1b}]777;notify;a,b;c;d\u{fffd}\u{1b}\\")
        let long = TerminalNotice.notice(
            title: "t", text: String(repeating: "x", count: 10_000), .osc777)
        #expect(long.count < 300)
    }
}
