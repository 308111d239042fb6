import FreeIMProtocol
import NIOCore
import Testing

@testable import imbench

@Suite struct FrameEnvelopeTests {
    private static func frame(_ version: BodyVersion, sequenceID: Int32) -> ByteBuffer {
        var item = IMMessageItem()
        item.chatroomID = 9_007_199_254_740_993
        item.content = "a \"quoted\" } text, with \\ and 茶"
        item.clientMessageID = "id"
        var frame = ByteBuffer()
        frame.writeFrame(item, action: .message, sequenceID: sequenceID, version: version)
        return frame
    }

    @Test(arguments: [Int32(6), 7]) func framesComeBackAsTheyWere(sequenceID: Int32) throws {
        for version in [BodyVersion.json, .protobuf] {
            let frame = Self.frame(version, sequenceID: sequenceID)
            let text = FrameEnvelope.text(of: frame)
            #expect(JSONValue(parsing: Array(text.readableBytesView)) != nil)
            #expect(
                String(buffer: text).contains("\"Body\":")
                    == (version == .json && sequenceID == 6))
            #expect(try FrameEnvelope.frame(of: text) == frame)
        }
    }

    @Test func blanksOrderAndUnknownMembersDoNotMatter() throws {
        let text = """
             { "x" : [1, {"y": "}"}], "Body": {"a": [1,2] } , "SequenceId": 7 ,"Action":3,
              "Version":1, "z": null }
            """
        let frame = try FrameEnvelope.frame(of: ByteBuffer(string: text))
        let header = try #require(FrameHeader(peekedFrom: frame))
        #expect(header == FrameHeader(version: 1, action: 3, sequenceID: 7, bodyLength: 13))
        #expect(String(buffer: frame).hasSuffix(#"{"a": [1,2] }"#))
        let slashed =
            #"{"Version":2,"Action":3,"SequenceId":0,"BodyLength":3,"BodyData":"\/\/\/\/"}"#
        #expect(try FrameEnvelope.frame(of: ByteBuffer(string: slashed)).readableBytes == 16)
    }

    @Test(
        arguments: [
            "", "[]", "{", #"{"Version":1}"#, #"{"Version":1,"Action":3,"SequenceId":7}"#,
            #"{"Version":2,"Action":3,"SequenceId":7,"Body":{}}"#,
            #"{"Version":1,"Action":3,"SequenceId":7,"BodyLength":4,"BodyData":"AAAA"}"#,
            #"{"Version":1,"Action":300,"SequenceId":7,"BodyLength":3,"BodyData":"AAAA"}"#,
            #"{"Version":1,"Action":3,"SequenceId":7,"BodyLength":3,"BodyData":"?"}"#,
            #"{"Version":1,"Action":3,"SequenceId":7,"BodyLength":3,"BodyData":"AAAA""#,
        ])
    func whatIsNoEnvelopeIsAFault(text: String) {
        #expect(throws: WebSocketFault.self) {
            try FrameEnvelope.frame(of: ByteBuffer(string: text))
        }
    }
}
