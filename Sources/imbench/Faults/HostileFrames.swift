import FreeIMCore
import FreeIMProtocol
import NIOCore

/// Makes what no honest client sends; the same from the same random source.
///
/// Nothing of it can change a conversation: chatrooms that are named do not exist.
enum HostileFrames {
    /// A chatroom that no server has.
    static let chatroomID: Int64 = 0x3fff_ffff_ffff

    private static let kinds:
        [(beforeAuth: Bool, afterAuth: Bool, make: @Sendable (inout SplitMix64) -> HostileFrame)] =
            [
                (true, true, cutHeader), (true, true, cutBody), (true, true, badLength),
                (true, true, badVersion), (true, true, unknownAction), (true, true, cutProtobuf),
                (true, true, wrongWireTypes), (true, true, deepProtobuf), (true, true, cutJSON),
                (true, true, deepJSON), (true, true, wrongJSON), (true, true, foreignBody),
                (true, true, invalidText), (true, true, noise), (true, true, randomBody),
                (true, false, beforeAuth), (false, true, secondAuth), (false, true, longKey),
                (false, true, serverCode), (false, true, manyPositions), (false, true, longContent),
                (false, true, absurdCursor),
            ]

    /// The next one. Before Auth there are others than behind it.
    static func next(random: inout SplitMix64, isAuthenticated: Bool) -> HostileFrame {
        let fitting = kinds.filter { isAuthenticated ? $0.afterAuth : $0.beforeAuth }
        return fitting[pick(0...fitting.count - 1, &random)].make(&random)
    }

    static func pick(_ range: ClosedRange<Int>, _ random: inout SplitMix64) -> Int {
        Int.random(in: range, using: &random)
    }

    private static func someBytes(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    /// A frame with the header's fields as they are given.
    static func frame(
        version: Int32 = 1, action: Int, length: Int32? = nil, _ body: [UInt8]
    ) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.writeFrameHeader(
            FrameHeader(
                version: version, action: Int8(truncatingIfNeeded: action), sequenceID: 77,
                bodyLength: length ?? Int32(body.count)))
        buffer.writeBytes(body)
        return Array(buffer.readableBytesView)
    }

    /// An action that takes a body and is not Quit.
    private static func action(_ random: inout SplitMix64) -> IMAction {
        let all: [IMAction] = [
            .getMessageID, .sync, .message, .messageAck, .receipt, .typing, .presence, .auth,
            .signIn, .conversations, .heartbeat,
        ]
        return all[pick(0...all.count - 1, &random)]
    }

    // MARK: Headers

    private static func cutHeader(_ random: inout SplitMix64) -> HostileFrame {
        let whole = frame(action: 3, Array("{}".utf8))
        let count = pick(1...FrameHeader.byteCount - 1, &random)
        return HostileFrame(
            bytes: Array(whole.prefix(count)), words: "\(count) bytes of a header", due: .silence)
    }

    private static func cutBody(_ random: inout SplitMix64) -> HostileFrame {
        let length = pick(2...60_000, &random)
        let there = pick(0...min(length - 1, 2_000), &random)
        let action = action(&random)
        return HostileFrame(
            bytes: frame(
                version: 2, action: action.rawValue, length: Int32(length),
                someBytes(there, &random)),
            words: "\(there) of \(length) bytes of a body", due: .silence)
    }

    private static func badLength(_ random: inout SplitMix64) -> HostileFrame {
        let lengths: [Int32] = [-1, -2_147_483_648, 2_147_483_647, 65_537, 1_000_000_000, -13]
        let length = lengths[pick(0...lengths.count - 1, &random)]
        return HostileFrame(
            bytes: frame(action: action(&random).rawValue, length: length, []),
            words: "a body of \(length) bytes", due: .close)
    }

    private static func badVersion(_ random: inout SplitMix64) -> HostileFrame {
        let versions: [Int32] = [0, 3, -1, 256, 0x4745_5420, 2_147_483_647, -2_147_483_648]
        let version = versions[pick(0...versions.count - 1, &random)]
        return HostileFrame(
            bytes: frame(version: version, action: 3, Array("{}".utf8)),
            words: "version \(version)", due: .close)
    }

    private static func unknownAction(_ random: inout SplitMix64) -> HostileFrame {
        var number = 99
        while number != 99 && number != 13 && IMAction(knownRawValue: Int8(number)) != nil
            || number == 99
        {
            number = pick(-128...127, &random)
        }
        return HostileFrame(
            bytes: frame(action: number, Array("{}".utf8)), words: "action \(number)")
    }

    private static func noise(_ random: inout SplitMix64) -> HostileFrame {
        // Its first bytes are no version, so that it is refused whatever follows.
        let bytes = [0xff] + someBytes(pick(16...4_000, &random), &random)
        return HostileFrame(bytes: bytes, words: "\(bytes.count) random bytes", due: .close)
    }

    // MARK: Bodies

    private static func randomBody(_ random: inout SplitMix64) -> HostileFrame {
        let (action, version) = (action(&random), Int32(pick(1...2, &random)))
        let body = someBytes(pick(1...3_000, &random), &random)
        return HostileFrame(
            bytes: frame(version: version, action: action.rawValue, body),
            words: "\(action) with \(body.count) random bytes as version \(version)")
    }

    private static func cutProtobuf(_ random: inout SplitMix64) -> HostileFrame {
        var item = IMMessageItem()
        item.chatroomID = chatroomID
        item.content = String(repeating: "c", count: pick(20...300, &random))
        item.clientMessageID = "cut"
        let whole = bytes(of: item)
        let cut = Array(whole.prefix(pick(1...whole.count - 1, &random)))
        return HostileFrame(
            bytes: frame(version: 2, action: 3, cut),
            words: "a message's Protobuf, \(cut.count) of \(whole.count) bytes")
    }

    private static func wrongWireTypes(_ random: inout SplitMix64) -> HostileFrame {
        let action = action(&random)
        var body: [UInt8] = []
        for field in 1...pick(1...15, &random) {
            // Tags with wire types 3, 4, 6 and 7 among them: groups without end, and none at all.
            body.append(UInt8(field << 3 | pick(0...7, &random)))
            body += someBytes(pick(0...9, &random), &random)
        }
        return HostileFrame(
            bytes: frame(version: 2, action: action.rawValue, body),
            words: "\(action) with wrong wire types")
    }

    private static func deepProtobuf(_ random: inout SplitMix64) -> HostileFrame {
        let depth = pick(200...20_000, &random)
        return HostileFrame(
            bytes: frame(version: 2, action: 3, Array(repeating: 0x0b, count: depth)),
            words: "\(depth) groups in one another")
    }

    private static func cutJSON(_ random: inout SplitMix64) -> HostileFrame {
        let whole = Array(
            #"{"ChatroomId":70368744177663,"Code":1,"Content":"\u00e9","Mentions":[1,2.5e3]}"#.utf8)
        let cut = Array(whole.prefix(pick(1...whole.count - 1, &random)))
        return HostileFrame(
            bytes: frame(action: 3, cut), words: "JSON cut after \(cut.count) bytes")
    }

    private static func deepJSON(_ random: inout SplitMix64) -> HostileFrame {
        let depth = pick(33...8_000, &random)
        let open = pick(0...1, &random) == 0 ? "[" : #"{"a":"#
        let text = #"{"Content":"# + String(repeating: open, count: depth)
        return HostileFrame(
            bytes: frame(action: action(&random).rawValue, Array(text.utf8)),
            words: "JSON \(depth) deep")
    }

    private static func wrongJSON(_ random: inout SplitMix64) -> HostileFrame {
        let texts = [
            #"{"ChatroomId":"many","Content":7}"#, #"[]"#, #""text""#, #"17"#, #"null"#,
            #"{"ChatroomId":1e400}"#, #"{"ChatroomId":9223372036854775808}"#,
            #"{"ChatroomId":7.5}"#, #"{"Content":{}}"#, #"{"Mentions":"all"}"#,
            #"{"UserIds":[{}]}"#, #"{"Code":"text"}"#, #"{"Code":99999999999}"#,
            #"{"ChatroomId":NaN}"#, #"{"ChatroomId":-0x1}"#, #"{"a":1,}"#, #"{'a':1}"#,
            #"{"Content":"\ud800"}"#, #"{"Content":"\x"}"#, "{}{}", "{} trailing", "\u{feff}{}",
        ]
        let text = texts[pick(0...texts.count - 1, &random)]
        let action = action(&random)
        return HostileFrame(
            bytes: frame(action: action.rawValue, Array(text.utf8)), words: "\(action) with \(text)"
        )
    }

    private static func foreignBody(_ random: inout SplitMix64) -> HostileFrame {
        var page = IMSyncPage()
        page.chatroomID = chatroomID
        page.messages = [IMMessageItem(), IMMessageItem()]
        page.hasMore_p = true
        let action = action(&random)
        return HostileFrame(
            bytes: frame(version: 2, action: action.rawValue, bytes(of: page)),
            words: "\(action) with a SyncPage in it")
    }

    private static func invalidText(_ random: inout SplitMix64) -> HostileFrame {
        let texts: [[UInt8]] = [
            [0xff, 0xfe], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82],
            [0x00], [0x80], [0x1b, 0x5b, 0x32, 0x4a, 0x00],
        ]
        let text = texts[pick(0...texts.count - 1, &random)]
        if pick(0...1, &random) == 0 {
            let body = Array(#"{"Content":""#.utf8) + text + Array(#""}"#.utf8)
            return HostileFrame(
                bytes: frame(action: 3, body), words: "JSON with the bytes \(text)")
        }
        return HostileFrame(
            bytes: frame(version: 2, action: 3, [0x22, UInt8(text.count)] + text),
            words: "a Protobuf text of the bytes \(text)")
    }

    // MARK: Requests

    private static func beforeAuth(_ random: inout SplitMix64) -> HostileFrame {
        let actions: [IMAction] = [.message, .sync, .receipt, .conversations, .messageAck, .typing]
        let action = actions[pick(0...actions.count - 1, &random)]
        return HostileFrame(
            bytes: frame(action: action.rawValue, Array("{}".utf8)), words: "\(action) before Auth")
    }

    private static func secondAuth(_ random: inout SplitMix64) -> HostileFrame {
        let action = pick(0...1, &random) == 0 ? IMAction.auth : .signIn
        let text = #"{"DeviceID":"other","UserID":1,"AccessToken":"x","Account":"u"}"#
        return HostileFrame(
            bytes: frame(action: action.rawValue, Array(text.utf8)), words: "a second \(action)")
    }

    private static func longKey(_ random: inout SplitMix64) -> HostileFrame {
        let count = pick(65...5_000, &random)
        return send(words: "a ClientMessageId of \(count) bytes") {
            $0.clientMessageID = String(repeating: "k", count: count)
        }
    }

    private static func serverCode(_ random: inout SplitMix64) -> HostileFrame {
        let code = pick(8...12, &random)
        return send(words: "a send with code \(code)") {
            $0.code = IMMessageCode(rawValue: code) ?? .custom
            $0.content = #"{"user_id":1}"#
        }
    }

    private static func longContent(_ random: inout SplitMix64) -> HostileFrame {
        let count = pick(64_600...65_300, &random)
        return send(words: "a content of \(count) bytes") {
            $0.content = String(repeating: "l", count: count)
        }
    }

    private static func manyPositions(_ random: inout SplitMix64) -> HostileFrame {
        var request = IMSyncRequest()
        request.chatroomID = chatroomID
        request.afterSeq = Int64(bitPattern: random.next())
        request.beforeMessageID = "not an ID"
        request.limit = Int32(truncatingIfNeeded: random.next())
        return HostileFrame(
            bytes: frame(version: 2, action: 2, bytes(of: request)),
            words: "a SYNC from two positions")
    }

    private static func absurdCursor(_ random: inout SplitMix64) -> HostileFrame {
        var receipt = IMReceipt()
        receipt.chatroomID = chatroomID
        receipt.readSeq = Int64(bitPattern: random.next())
        receipt.userID = -1
        return HostileFrame(
            bytes: frame(version: 2, action: 5, bytes(of: receipt)),
            words: "a Receipt of seq \(receipt.readSeq)")
    }

    private static func send(
        words: String, _ change: (inout IMMessageItem) -> Void
    ) -> HostileFrame {
        var item = IMMessageItem()
        item.chatroomID = chatroomID
        item.code = .text
        item.clientMessageID = "hostile"
        change(&item)
        return HostileFrame(
            bytes: frame(version: 2, action: 3, bytes(of: item)), words: words)
    }

    private static func bytes(of message: some BenchBody) -> [UInt8] {
        BodyCoding.encode(message, version: .protobuf)
    }
}
