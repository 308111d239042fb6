import FreeIMProtocol
import NIOCore
import Testing

@Suite struct EnvelopeTests {
    private func envelope(_ text: String) -> Envelope { Envelope(Array(text.utf8)) }

    @Test func whatIsWrittenIsRead() {
        let body = Array("{\"ChatroomId\":7,\"Content\":\"\\u00fc \\\" }\"}".utf8)
        for version in BodyVersion.allCases {
            for form in [Envelope.Form.inline, .data] {
                let text = Envelope.text(
                    body: body, action: 3, sequenceID: -9, version: version, form: form)
                let read = Envelope(text)
                #expect(read.body.map { Array($0.readableBytesView) } == body)
                #expect(read.header.version == version.rawValue)
                #expect(read.header.action == 3 && read.header.sequenceID == -9)
                #expect(Int(read.header.bodyLength) == body.count)
                // Protobuf is never inline.
                #expect(read.form == (version == .json ? form : .data))
            }
        }
    }

    @Test func theTextsOfTheContract() {
        let body = Array("{}".utf8)
        func text(_ form: Envelope.Form) -> String {
            String(
                decoding: Envelope.text(
                    body: body, action: 3, sequenceID: 7, version: .json, form: form),
                as: UTF8.self)
        }
        #expect(text(.inline) == #"{"Version":1,"Action":3,"SequenceId":7,"Body":{}}"#)
        #expect(
            text(.data)
                == #"{"Version":1,"Action":3,"SequenceId":7,"BodyLength":2,"BodyData":"e30="}"#)
    }

    @Test func anEmptyBodyInlineIsAnEmptyObject() {
        let text = Envelope.text(
            body: [UInt8](), action: 100, sequenceID: 1, version: .json, form: .inline)
        #expect(Envelope(text).body.map { Array($0.readableBytesView) } == Array("{}".utf8))
    }

    @Test func theBodyIsTheTextAsItStands() {
        let read = envelope(#"{"Body": { "a" : 1.0, "a":[ ] } ,"Version":1,"Action":3}"#)
        #expect(read.body.map { String(buffer: $0) } == #"{ "a" : 1.0, "a":[ ] }"#)
        #expect(read.header.sequenceID == 0)
    }

    @Test func whatIsNoEnvelopeKeepsWhatCouldBeRead() {
        let read = envelope(
            #"{"Version":1,"Action":3,"SequenceId":70,"BodyLength":9,"BodyData":"e30="}"#)
        #expect(read.body == nil)
        #expect(read.header.action == 3 && read.header.sequenceID == 70)
        #expect(read.form == .data)
        for text in ["", "null", "[1]", "{", #"{"Version":1}"#, #"{"Action":3}"#, "{} x"] {
            #expect(envelope(text).body == nil, "\(text)")
        }
    }

    @Test func theLongestTextOfABodyFits() {
        for size in [0, 1, 2, 3, 4_096] {
            let body = [UInt8](repeating: 0xff, count: size)
            for form in [Envelope.Form.inline, .data] {
                let text = Envelope.text(
                    body: body, action: -128, sequenceID: .min, version: .protobuf, form: form)
                #expect(text.count <= Envelope.bytesMax(frameBytesMax: size))
            }
        }
    }

    @Test func noTextTraps() {
        let good = Array(
            #"{"Version":1,"Action":3,"SequenceId":7,"Body":{"a":"\u00fc"},"BodyLength":13}"#.utf8)
        var random = SeededGenerator(seed: 11)
        for _ in 0..<3_000 {
            var text = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: text.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text[at] = UInt8.random(in: 0...255, using: &random)
                case 1: text.remove(at: at)
                default: text.insert(UInt8.random(in: 32...126, using: &random), at: at)
                }
            }
            let read = Envelope(text)
            if let body = read.body { #expect(Int(read.header.bodyLength) == body.readableBytes) }
        }
    }
}
