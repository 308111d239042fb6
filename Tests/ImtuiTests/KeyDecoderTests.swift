import Testing

@testable import imtui

@Suite struct KeyDecoderTests {
    /// Every event, also what only time decides.
    private static func events(_ text: String, given: [(sequence: [UInt8], key: Key)] = [])
        -> [InputEvent]
    {
        var decoder = KeyDecoder(given: given)
        var events = decoder.feed(Array(text.utf8))
        while decoder.waitMs != nil { events += decoder.timeout() }
        return events
    }

    static let keys: [(String, Key)] = [
        ("a", .character("a")), ("é", .character("é")), ("你", .character("你")),
        ("👋", .character("👋")), ("\r", .enter), ("\n", .control("j")), ("\t", .tab),
        ("\u{7f}", .backspace), ("\u{8}", .backspace), ("\u{1f}", .control("_")),
        ("\u{1d}", .control("]")), ("\0", .control(" ")), ("\u{1}", .control("a")),
        ("\u{1a}", .control("z")), ("\u{1b}", .escape), ("\u{1b}a", .alt("a")),
        ("\u{1b}A", .alt("A")), ("\u{1b}é", .alt("é")), ("\u{1b}/", .alt("/")),
        ("\u{1b}<", .alt("<")), ("\u{1b}1", .alt("1")), ("\u{1b}\r", .alt(.enter)),
        ("\u{1b}\n", .alt(.enter)), ("\u{1b}\u{7f}", .alt(.backspace)),
        ("\u{1b}\t", .alt(.tab)), ("\u{1b}\u{1}", Key(.character("a"), [.alt, .control])),
        ("\u{1b}[", .alt("[")), ("\u{1b}O", .alt("O")), ("\u{1b}P", .alt("P")),
        ("\u{1b}]", .alt("]")), ("\u{1b}_", .alt("_")), ("\u{1b}X", .alt("X")),
        ("\u{1b}^", .alt("^")),
        // xterm, with and without the keypad's application mode.
        ("\u{1b}[A", .up), ("\u{1b}OA", .up), ("\u{1b}[B", .down), ("\u{1b}[C", .right),
        ("\u{1b}OD", .left), ("\u{1b}[H", .home), ("\u{1b}OF", .end), ("\u{1b}[1;3A", .alt(.up)),
        ("\u{1b}[1;5D", Key(.left, .control)), ("\u{1b}[1;2C", Key(.right, .shift)),
        ("\u{1b}[1;6B", Key(.down, [.control, .shift])), ("\u{1b}[1;3H", .alt(.home)),
        ("\u{1b}[Z", Key(.tab, .shift)), ("\u{1b}[3~", .delete), ("\u{1b}[2~", Key(.insert)),
        ("\u{1b}[5~", .pageUp), ("\u{1b}[6;5~", Key(.pageDown, .control)),
        ("\u{1b}[3;3~", .alt(.delete)), ("\u{1b}OP", .function(1)), ("\u{1b}OS", .function(4)),
        ("\u{1b}[15~", .function(5)), ("\u{1b}[17~", .function(6)), ("\u{1b}[18~", .function(7)),
        ("\u{1b}[19~", .function(8)), ("\u{1b}[21~", .function(10)),
        ("\u{1b}[23~", .function(11)), ("\u{1b}[24~", .function(12)),
        ("\u{1b}[1;2P", Key(.function(1), .shift)), ("\u{1b}[1;2R", Key(.function(3), .shift)),
        ("\u{1b}O2P", Key(.function(1), .shift)), ("\u{1b}O1;5Q", Key(.function(2), .control)),
        ("\u{1b}[15;5~", Key(.function(5), .control)), ("\u{1b}[27;2;13~", Key(.enter, .shift)),
        ("\u{1b}[27;5;9~", Key(.tab, .control)),
        // tmux and the Linux console.
        ("\u{1b}[1~", .home), ("\u{1b}[4~", .end), ("\u{1b}[[A", .function(1)),
        ("\u{1b}[[E", .function(5)),
        // rxvt.
        ("\u{1b}[7~", .home), ("\u{1b}[8~", .end), ("\u{1b}[a", Key(.up, .shift)),
        ("\u{1b}Oa", Key(.up, .control)), ("\u{1b}[5^", Key(.pageUp, .control)),
        ("\u{1b}[3$", Key(.delete, .shift)), ("\u{1b}[6@", Key(.pageDown, [.control, .shift])),
        ("\u{1b}\u{1b}[A", .alt(.up)), ("\u{1b}\u{1b}OA", .alt(.up)),
        ("\u{1b}[11~", .function(1)), ("\u{1b}[14~", .function(4)),
        // The keypad's application mode.
        ("\u{1b}OM", .enter), ("\u{1b}Op", .character("0")), ("\u{1b}Oy", .character("9")),
        ("\u{1b}Ok", .character("+")), ("\u{1b}OX", .character("=")),
        // kitty's CSI u.
        ("\u{1b}[97u", .character("a")), ("\u{1b}[97;5u", .control("a")),
        ("\u{1b}[97;3u", .alt("a")), ("\u{1b}[97;2u", .character("A")),
        ("\u{1b}[97:65;2u", .character("A")), ("\u{1b}[49:33;2u", .character("!")),
        ("\u{1b}[97:65;4u", .alt("A")), ("\u{1b}[13;3u", .alt(.enter)),
        ("\u{1b}[13;2u", Key(.enter, .shift)), ("\u{1b}[9;2u", Key(.tab, .shift)),
        ("\u{1b}[27u", .escape), ("\u{1b}[127;3u", .alt(.backspace)),
        ("\u{1b}[47;5u", .control("_")), ("\u{1b}[57414u", .enter),
        ("\u{1b}[57399u", .character("0")), ("\u{1b}[57423u", .home),
        ("\u{1b}[57376u", .function(13)), ("\u{1b}[20320u", .character("你")),
        ("\u{1b}[1;3:1A", .alt(.up)), ("\u{1b}[1;1:2B", .down),
    ]

    @Test(arguments: keys) func oneKey(bytes: String, key: Key) {
        #expect(Self.events(bytes) == [.key(key)], "\(bytes.debugDescription)")
    }

    static let others: [(String, [InputEvent])] = [
        ("\u{1b}\u{1b}", [.key(.escape), .key(.escape)]),
        ("\u{1b}\u{1b}a", [.key(.escape), .key(.alt("a"))]),
        ("\u{1b}[<0;10;5M", [.mouse(MouseEvent(kind: .press(1), row: 4, column: 9))]),
        ("\u{1b}[<0;10;5m", [.mouse(MouseEvent(kind: .release, row: 4, column: 9))]),
        ("\u{1b}[<2;1;1M", [.mouse(MouseEvent(kind: .press(3), row: 0, column: 0))]),
        ("\u{1b}[<32;300;5M", [.mouse(MouseEvent(kind: .drag, row: 4, column: 299))]),
        ("\u{1b}[<64;10;5M", [.mouse(MouseEvent(kind: .wheelUp, row: 4, column: 9))]),
        ("\u{1b}[<65;10;5M", [.mouse(MouseEvent(kind: .wheelDown, row: 4, column: 9))]),
        (
            "\u{1b}[<24;2;2M",
            [
                .mouse(
                    MouseEvent(kind: .press(1), row: 1, column: 1, modifiers: [.alt, .control]))
            ]
        ),
        ("\u{1b}[<35;10;5M", []), ("\u{1b}[<66;10;5M", []), ("\u{1b}[<0;0;0M", []),
        ("\u{1b}[M !!", [.mouse(MouseEvent(kind: .press(1), row: 0, column: 0))]),
        ("\u{1b}[I", [.focus(true)]), ("\u{1b}[O", [.focus(false)]),
        ("\u{1b}[24;80R", [.reply(.cursor(row: 24, column: 80))]),
        ("\u{1b}[24;3R", [.reply(.cursor(row: 24, column: 3))]),
        ("\u{1b}[?1;2R", [.reply(.cursor(row: 1, column: 2))]),
        ("\u{1b}[?62;4;22c", [.reply(.attributes([62, 4, 22]))]),
        ("\u{1b}[?2026;2$y", [.reply(.mode(2026, state: 2))]),
        (
            "\u{1b}]11;rgb:ffff/8080/0000\u{7}",
            [.reply(.background(red: 255, green: 128, blue: 0))]
        ),
        (
            "\u{1b}]11;rgb:ff/80/00\u{1b}\\",
            [.reply(.background(red: 255, green: 128, blue: 0))]
        ),
        (
            "\u{1b}]11;rgba:1e/1e/1e/ff\u{1b}\\",
            [.reply(.background(red: 30, green: 30, blue: 30))]
        ),
        ("\u{1b}]11;#102030\u{7}", [.reply(.background(red: 16, green: 32, blue: 48))]),
        ("\u{1b}_Gi=31;OK\u{1b}\\", [.reply(.kittyGraphics(true))]),
        ("\u{1b}_Gi=31;ENOENT:no\u{1b}\\", [.reply(.kittyGraphics(false))]),
        // Known to nobody: swallowed whole.
        ("\u{1b}[99~x", [.key(.character("x"))]), ("\u{1b}[?1;2$zx", [.key(.character("x"))]),
        ("\u{1b}[>41;354;0cx", [.key(.character("x"))]),
        ("\u{1b}[=1;2;3wx", [.key(.character("x"))]),
        ("\u{1b}]52;c;aGk=\u{7}x", [.key(.character("x"))]),
        ("\u{1b}P>|XTerm(378)\u{1b}\\x", [.key(.character("x"))]),
        ("\u{1b}]11;rgb:zz/1/2\u{7}x", [.key(.character("x"))]),
        ("\u{1b}[1;1:3Ax", [.key(.character("x"))]), ("\u{1b}[97;1:3ux", [.key(.character("x"))]),
        ("\u{1b}[57441ux", [.key(.character("x"))]), ("\u{1b}[201~x", [.key(.character("x"))]),
        ("\u{1b}[1;\u{18}x", [.key(.character("x"))]), ("\u{1b}Ozx", [.key(.character("x"))]),
        // A sequence that breaks off does not take what follows with it.
        ("\u{1b}[1;\r", [.key(.enter)]), ("\u{1b}[1\u{1b}[A", [.key(.up)]),
        ("\u{1b}]11;rgb:\u{1b}[A", [.key(.up)]),
        ("\u{1b}]x", [.key(.alt("]")), .key(.character("x"))]),
        ("\u{1b}P\r", [.key(.alt("P")), .key(.enter)]),
        // A paste.
        ("\u{1b}[200~a\r\nb\rc\nd\u{1b}[201~", [.paste("a\nb\nc\nd")]),
        (
            "\u{1b}[200~\u{1b}[A\u{3}\u{1b}[201\u{1b}[201~x",
            [
                .paste("\u{1b}[A\u{3}\u{1b}[201"), .key(.character("x")),
            ]
        ),
        ("\u{1b}[200~\u{1b}[201~", [.paste("")]),
        ("\u{1b}[200~你好", [.paste("你好")]),
    ]

    @Test(arguments: others) func otherEvents(bytes: String, expected: [InputEvent]) {
        #expect(Self.events(bytes) == expected, "\(bytes.debugDescription)")
    }

    /// However the bytes are cut, the events are the same.
    @Test func anyCut() {
        let text =
            Self.keys.filter { $0.0.utf8.first != 0x1b || $0.0.utf8.count > 2 }.map(\.0).joined()
            + Self.others.filter { !$0.0.hasSuffix("\u{1b}") }.prefix(30).map(\.0).joined()
        let bytes = Array(text.utf8)
        var whole = KeyDecoder()
        let expected = whole.feed(bytes)
        for size in 1...7 {
            var decoder = KeyDecoder()
            var events: [InputEvent] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += decoder.feed(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(events == expected)
        }
    }

    @Test func malformedCharactersAreShownAndCostNothingElse() {
        let bytes: [UInt8] = [0xc3, 0x41, 0xff, 0x42, 0xe4, 0xbd, 0x43, 0x80]
        var decoder = KeyDecoder()
        let text = decoder.feed(bytes).compactMap { event -> Character? in
            if case .key(let key) = event, case .character(let character) = key.code {
                return character
            }
            return nil
        }
        #expect(String(text) == "\u{fffd}A\u{fffd}B\u{fffd}C\u{fffd}")
    }

    @Test func keysOfTerminfoComeFirst() {
        let given: [(sequence: [UInt8], key: Key)] = [
            (Array("\u{1b}A".utf8), .up), (Array("\u{1b}#1x".utf8), .function(1)),
            (Array("\u{1b}[224z".utf8), .function(2)), (Array("x".utf8), .down),
        ]
        #expect(Self.events("\u{1b}A", given: given) == [.key(.up)])
        #expect(Self.events("\u{1b}#1x", given: given) == [.key(.function(1))])
        #expect(Self.events("\u{1b}[224z", given: given) == [.key(.function(2))])
        #expect(Self.events("\u{1b}#", given: given) == [.key(.alt("#"))])
        #expect(Self.events("\u{1b}#9y", given: given) == [.key(.character("y"))])
        #expect(Self.events("x", given: given) == [.key(.character("x"))])
    }

    @Test func limits() {
        var decoder = KeyDecoder()
        let long = "\u{1b}[" + String(repeating: "1;", count: 10_000)
        var events = decoder.feed(Array(long.utf8))
        #expect(events.isEmpty && decoder.heldBytes <= KeyDecoder.sequenceBytesMax)
        events = decoder.feed(Array("Ab".utf8))
        #expect(events == [.key(.character("b"))])
        events = decoder.feed(Array("\u{1b}]11;".utf8))
        events += decoder.feed(Array(repeating: 0x61, count: 100_000))
        #expect(events.isEmpty && decoder.heldBytes <= KeyDecoder.stringBytesMax)
        events = decoder.feed(Array("\u{7}c".utf8))
        #expect(events == [.key(.character("c"))])
        let paste = "\u{1b}[200~" + String(repeating: "你", count: 400_000) + "\u{1b}[201~"
        guard case .paste(let text)? = decoder.feed(Array(paste.utf8)).first else {
            Issue.record("no paste")
            return
        }
        #expect(text.utf8.count <= KeyDecoder.pasteBytesMax && text.utf8.count > 1_000_000)
        #expect(text.allSatisfy { $0 == "你" })
    }

    @Test(arguments: 0..<200) func garbageIsSurvived(seed: UInt64) {
        var random = SeededBytes(seed)
        var decoder = KeyDecoder()
        let likely = Array("\u{1b}\u{1b}\u{1b}[[]]OP_M<?;0123456789~\\\u{7}GRmu200~201~".utf8)
        for _ in 0..<40 {
            let bytes = (0..<random.next(below: 60)).map { _ in
                random.next(below: 3) == 0
                    ? UInt8(random.next(below: 256)) : likely[random.next(below: likely.count)]
            }
            _ = decoder.feed(bytes)
            #expect(decoder.heldBytes <= KeyDecoder.stringBytesMax + 2_400)
            if random.next(below: 4) == 0 { _ = decoder.timeout() }
        }
        _ = decoder.timeout()
        #expect(decoder.waitMs == nil)
        let text = "plain text, 你好 👋"
        let typed = decoder.feed(Array(text.utf8))
        let expected = text.unicodeScalars.map { InputEvent.key(.character(Character($0))) }
        #expect(typed == expected)
    }
}

/// Random numbers that a seed decides (SplitMix64).
struct SeededBytes {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next(below limit: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((value ^ (value >> 31)) % UInt64(limit))
    }
}
