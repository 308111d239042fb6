import FreeIMProtocol
import NIOCore
import SwiftProtobuf
import Testing

@Suite struct BodyCodingTests {
    private func json<M: SwiftProtobuf.Message>(_ type: M.Type, _ text: String) throws -> M {
        try BodyCoding.decode(type, from: ByteBuffer(string: text), version: .json)
    }

    private func refuses<M: SwiftProtobuf.Message>(
        _ type: M.Type, _ bytes: [UInt8], _ version: BodyVersion
    ) -> Bool {
        do {
            _ = try BodyCoding.decode(type, from: ByteBuffer(bytes: bytes), version: version)
            return false
        } catch {
            return error == MalformedBody()
        }
    }

    private var fullItem: IMMessageItem {
        var item = IMMessageItem()
        item.code = .text
        item.chatroomType = .group
        item.chatroomID = 9_007_199_254_740_993
        item.content = "你好 👩‍👩‍👧‍👦 \"quoted\" \u{0} \u{2028}"
        item.messageID = "23456789ABCDEFGH"
        item.userID = -1
        item.deviceID = "phone"
        item.clientType = "linux"
        item.messageSendTime = 1_700_000_000_000
        item.clientMessageID = "k"
        item.seq = Int64.max
        item.targetMessageID = "t"
        item.replyTo = "r"
        item.mentions = [1, -1, Int64.min]
        item.toUserID = 3
        return item
    }

    @Test(arguments: BodyVersion.allCases) func roundTrip(version: BodyVersion) throws {
        var page = IMSyncPage()
        page.chatroomID = 4
        page.messages = [fullItem, IMMessageItem()]
        page.hasMore_p = true
        page.headSeq = 2
        let bytes = BodyCoding.encode(page, version: version)
        let back = try BodyCoding.decode(
            IMSyncPage.self, from: ByteBuffer(bytes: bytes), version: version)
        #expect(back == page)
    }

    @Test(arguments: BodyVersion.allCases) func presenceOfZero(version: BodyVersion) throws {
        var request = IMSyncRequest()
        request.afterSeq = 0
        request.beforeMessageID = ""
        let bytes = BodyCoding.encode(request, version: version)
        let back = try BodyCoding.decode(
            IMSyncRequest.self, from: ByteBuffer(bytes: bytes), version: version)
        #expect(back.hasAfterSeq && back.hasBeforeMessageID)
        #expect(!back.hasBeforeSeq && !back.hasAfterMessageID)
    }

    @Test func jsonWritesNumbersAndTheContractsNames() {
        let text = String(decoding: BodyCoding.encode(fullItem, version: .json), as: UTF8.self)
        for part in [
            "\"Code\":1", "\"ChatroomType\":2", "\"ChatroomId\":9007199254740993", "\"UserId\":-1",
            "\"DeviceID\":\"phone\"", "\"MessageSendTime\":1700000000000", "\"Mentions\":[1,-1,",
            "\"ClientMessageId\":\"k\"", "\"ToUserId\":3", "\"MessageId\":\"23456789ABCDEFGH\"",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
    }

    @Test(arguments: BodyVersion.allCases) func emptyBodyIsTheEmptyMessage(version: BodyVersion)
        throws
    {
        let item = try BodyCoding.decode(IMMessageItem.self, from: ByteBuffer(), version: version)
        #expect(item == IMMessageItem())
        #expect(
            BodyCoding.encode(IMHeartbeat(), version: version)
                == (version == .json ? Array("{}".utf8) : []))
    }

    @Test(arguments: ["7", "7.0", "\"7\"", "\"7.0\"", "7e0", "70e-1", " 7 ", "\"\\u0037\""])
    func integersAreReadLeniently(text: String) throws {
        #expect(try json(IMMessageItem.self, "{\"ChatroomId\":\(text)}").chatroomID == 7)
        #expect(try json(IMSyncRequest.self, "{\"Limit\":\(text)}").limit == 7)
        #expect(try json(IMSyncRequest.self, "{\"AfterSeq\":\(text)}").afterSeq == 7)
        #expect(try json(IMPresenceQuery.self, "{\"UserIds\":[\(text)]}").userIds == [7])
    }

    @Test(arguments: ["1", "1.0", "\"1\"", "\"1.0\"", " \"1\" ", "1e0"])
    func enumsAreReadLeniently(text: String) throws {
        let item = try json(IMMessageItem.self, "{\"Content\":\"x\",\"Code\":\(text)}")
        #expect(item.code == .text)
        #expect(item.content == "x")
        let typed = try json(IMMessageItem.self, "{\"ChatroomType\":\(text),\"Code\":\"9\"}")
        #expect(typed.chatroomType == .single)
        #expect(typed.code == .groupCreated)
    }

    @Test func unknownCodesAreKept() throws {
        for raw in [4_711, -5, Int(Int32.max), Int(Int32.min)] {
            for text in ["\(raw)", "\"\(raw)\""] {
                let item = try json(IMMessageItem.self, "{\"Code\":\(text)}")
                #expect(item.code.rawValue == raw)
                let bytes = BodyCoding.encode(item, version: .protobuf)
                let back = try BodyCoding.decode(
                    IMMessageItem.self, from: ByteBuffer(bytes: bytes), version: .protobuf)
                #expect(back.code.rawValue == raw)
            }
        }
    }

    @Test func stringsThatLookLikeEnumsStayAsTheyAre() throws {
        let text = #"{"Content":"\"Code\":\"1\"","Extra":{"Code":"no"},"ReplyTo":"Code"}"#
        let item = try json(IMMessageItem.self, text)
        #expect(item.content == #""Code":"1""#)
        #expect(item.replyTo == "Code")
        var refusal = IMError()
        refusal.code = "busy"
        refusal.action = .message
        let bytes = BodyCoding.encode(refusal, version: .json)
        let back = try BodyCoding.decode(
            IMError.self, from: ByteBuffer(bytes: bytes), version: .json)
        #expect(back == refusal)
    }

    @Test func unknownFieldsAreIgnored() throws {
        let text = #"{"New":{"a":[1,{"b":null}]},"ChatroomId":5,"Other":[[],[[]]],"X":true}"#
        #expect(try json(IMMessageItem.self, text).chatroomID == 5)
        var bytes = BodyCoding.encode(fullItem, version: .protobuf)
        bytes += [0xf8, 0x3f, 0x05, 0xfa, 0x3f, 0x02, 0x41, 0x42]
        let back = try BodyCoding.decode(
            IMMessageItem.self, from: ByteBuffer(bytes: bytes), version: .protobuf)
        #expect(back == fullItem)
    }

    @Test(arguments: [
        "[]", "1", "\"x\"", "null", "{", "{\"ChatroomId\"", "{\"ChatroomId\":}", "{}{}", "{} x",
        " ",
        "{\"ChatroomId\":7.5}", "{\"ChatroomId\":\"seven\"}", "{\"ChatroomId\":true}",
        "{\"ChatroomId\":[7]}", "{\"ChatroomId\":9223372036854775808}", "{\"Content\":5}",
        "{\"Content\":\"\\ud800\"}", "{\"Content\":\"\n", "{\"Code\":\"text\"}", "{\"Code\":\"\"}",
        "{\"Code\":1.5}", "{\"Code\":4294967296}", "{\"Code\":\"4294967296\"}", "{\"Code\":true}",
        "{\"Mentions\":1}", "{\"ChatroomId\":07}", "{\"ChatroomId\":1e400}", "\u{feff}{}",
    ])
    func malformedJSON(text: String) {
        #expect(refuses(IMMessageItem.self, Array(text.utf8), .json), "\(text)")
    }

    @Test func notUTF8() {
        for bad: [UInt8] in [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80]] {
            let body = Array("{\"Content\":\"".utf8) + bad + Array("\"}".utf8)
            #expect(refuses(IMMessageItem.self, body, .json))
            let unknown = Array("{\"Unknown\":\"".utf8) + bad + Array("\"}".utf8)
            #expect(refuses(IMMessageItem.self, unknown, .json))
            #expect(refuses(IMMessageItem.self, [0x22, UInt8(bad.count)] + bad, .protobuf))
        }
    }

    @Test func deepNestingIsRefusedWithoutHarm() {
        let brackets = [UInt8](repeating: UInt8(ascii: "["), count: 65_536)
        #expect(refuses(IMMessageItem.self, brackets, .json))
        for key in ["Unknown", "Mentions", "Content", "Code"] {
            let open = Array("{\"\(key)\":".utf8)
            #expect(refuses(IMMessageItem.self, open + brackets, .json))
            let objects = Array(repeating: Array("{\"\(key)\":".utf8), count: 5_000).joined()
            #expect(refuses(IMMessageItem.self, Array(objects), .json))
        }
        let groups = [UInt8](repeating: 0x0b, count: 65_536)
        #expect(refuses(IMMessageItem.self, groups, .protobuf))
        let unknownGroups = Array(repeating: [UInt8(0xfb), 0x3f], count: 30_000).joined()
        #expect(refuses(IMMessageItem.self, Array(unknownGroups), .protobuf))
    }

    @Test(arguments: BodyVersion.allCases) func everyTruncation(version: BodyVersion) {
        let bytes = BodyCoding.encode(fullItem, version: version)
        for count in 1..<bytes.count {
            let cut = Array(bytes[..<count])
            let body = ByteBuffer(bytes: cut)
            // A Protobuf cut between two fields is a shorter message; it must never be this one.
            let read = try? BodyCoding.decode(IMMessageItem.self, from: body, version: version)
            switch version {
            case .json: #expect(read == nil, "cut at \(count)")
            case .protobuf: #expect(read != fullItem, "cut at \(count)")
            }
        }
    }

    @Test(arguments: BodyVersion.allCases) func anyBytesAreReadOrRefused(version: BodyVersion) {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        let good = BodyCoding.encode(fullItem, version: version)
        for _ in 0..<3_000 {
            var bytes = good
            for _ in 0...Int.random(in: 0...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    UInt8.random(in: 0...255, using: &random)
            }
            let body = ByteBuffer(bytes: bytes)
            guard
                let item = try? BodyCoding.decode(
                    IMMessageItem.self, from: body, version: version)
            else { continue }
            for other in BodyVersion.allCases {
                let again = BodyCoding.encode(item, version: other)
                let back = try? BodyCoding.decode(
                    IMMessageItem.self, from: ByteBuffer(bytes: again), version: other)
                #expect(back == item)
            }
        }
    }

    @Test func writesFrames() throws {
        var buffer = ByteBuffer()
        buffer.writeFrame(fullItem, action: .message, sequenceID: 5, version: .protobuf)
        buffer.writeFrame(IMHeartbeat(), action: .heartbeat, sequenceID: 6, version: .json)
        var decoder = FrameDecoder()
        decoder.append(buffer)
        let first = try #require(try decoder.next())
        #expect(first.action == .message && first.version == .protobuf)
        #expect(
            try BodyCoding.decode(IMMessageItem.self, from: first.body, version: .protobuf)
                == fullItem)
        let second = try #require(try decoder.next())
        #expect(second.action == .heartbeat && second.version == .json)
        #expect(try decoder.next() == nil)
    }
}
