import FreeIMProtocol
import Testing

@Suite struct JSONValueTests {
    private func parse(_ text: String) -> JSONValue? { JSONValue(parsing: Array(text.utf8)) }

    @Test func readsEveryKind() {
        let text = #" { "a" : [ 1 , -2.5, 1e3, true, false, null, "x" ], "b" : {} , "c":[]} "#
        let items: JSONValue = .array([
            .int(1), .double(-2.5), .double(1_000), .bool(true), .bool(false), .null, "x",
        ])
        #expect(parse(text) == ["a": items, "b": [:], "c": []])
        #expect(parse("9223372036854775807") == .int(.max))
        #expect(parse("-9223372036854775808") == .int(.min))
        #expect(parse("9223372036854775808") == .double(9_223_372_036_854_775_808))
        #expect(parse("0") == .int(0) && parse("-0") == .int(0))
        #expect(parse(#"{"a":1,"a":2}"#) == ["a": 2])
    }

    @Test func readsEscapes() {
        #expect(parse(#""\"\\\/\b\f\n\r\t\u0041\u4f60""#) == "\"\\/\u{8}\u{c}\n\r\tA你")
        #expect(parse(#""\ud83d\ude00""#) == "😀")
        #expect(parse("\"你好 👋\"") == "你好 👋")
        #expect(parse(#""\u0000""#) == "\u{0}")
    }

    @Test(arguments: [
        "", " ", "{", "}", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "01", "-",
        "+1", "1.", ".5", "1e", "1e+", "1e999", "tru", "nulll", "'x'", "\"", "\"\n\"", "\"\\x\"",
        "\"\\u12\"", "\"\\u12g4\"", "\"\\u+123\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
        "\"\\udc00\"", "1 2", "{}{}", "NaN", "Infinity", "[1 2]", "\u{feff}1",
    ])
    func refuses(text: String) {
        #expect(parse(text) == nil, "\(text)")
    }

    @Test func refusesWhatIsNotUTF8OrTooDeep() {
        #expect(JSONValue(parsing: [0x22, 0xff, 0x22]) == nil)
        #expect(parse(String(repeating: "[", count: 65_536)) == nil)
        #expect(parse(String(repeating: "{\"a\":", count: 10_000)) == nil)
        let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        #expect(parse(deep) != nil)
        #expect(parse("[[" + deep + "]]") == nil)
    }

    @Test func writesWhatItReads() throws {
        let value: JSONValue = [
            "z": ["quoted \" \\ / \u{1} \n 你好 😀", 7, true, .null, .double(0.5)], "a": [:],
        ]
        let bytes = try value.bytes()
        #expect(JSONValue(parsing: bytes) == value)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"a":{},"z":["quoted \" \\ / \u0001 \n 你好 😀",7,true,null,0.5]}"#)
        #expect(throws: JSONValue.NotFinite.self) { try JSONValue.double(.nan).bytes() }
    }

    @Test func readsFieldsLeniently() {
        let value: JSONValue = ["n": "12", "d": .double(7), "half": .double(7.5), "t": "x"]
        #expect(value["n"].integer == 12 && value["d"].integer == 7)
        #expect(value["half"].integer == nil && value["t"].integer == nil)
        #expect(value["t"].text == "x" && value["none"] == .null && value["t"].items.isEmpty)
    }
}
