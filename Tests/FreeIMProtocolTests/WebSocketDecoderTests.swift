import FreeIMProtocol
import NIOCore
import Testing

@Suite struct WebSocketDecoderTests {
    private static let mask: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]

    /// A frame as a client writes it.
    private func frame(
        _ opcode: UInt8, _ payload: [UInt8], isLast: Bool = true, mask: [UInt8] = Self.mask
    ) -> [UInt8] {
        var bytes: [UInt8] = [opcode | (isLast ? 0x80 : 0)]
        let flag: UInt8 = mask.isEmpty ? 0 : 0x80
        if payload.count < 126 {
            bytes.append(flag | UInt8(payload.count))
        } else if payload.count <= 0xffff {
            bytes += [flag | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
        } else {
            bytes.append(flag | 127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        if mask.isEmpty { return bytes + payload }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    private func decoder(text: Int = 1_000, binary: Int = 1_000) -> WebSocketDecoder {
        WebSocketDecoder(textBytesMax: text, binaryBytesMax: binary)
    }

    private func drain(
        _ decoder: inout WebSocketDecoder, _ bytes: some Sequence<UInt8>
    ) throws -> [WebSocketDecoder.Event] {
        decoder.append(ByteBuffer(bytes: bytes))
        var events: [WebSocketDecoder.Event] = []
        while let event = try decoder.next() { events.append(event) }
        return events
    }

    private func violation(
        _ bytes: [UInt8], text: Int = 1_000, binary: Int = 1_000
    ) -> WebSocketDecoder.Violation? {
        var decoder = decoder(text: text, binary: binary)
        do throws(WebSocketDecoder.Violation) {
            decoder.append(ByteBuffer(bytes: bytes))
            while try decoder.next() != nil {}
            return nil
        } catch {
            return error
        }
    }

    @Test func theExampleOfRFC6455() throws {
        var decoder = decoder()
        let hello: [UInt8] = [
            0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
        ]
        #expect(try drain(&decoder, hello) == [.text(Array("Hello".utf8))])
    }

    @Test func everyCutOfAFragmentedMessageWithAPingWithin() throws {
        let long = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        let sent =
            frame(2, Array(long[..<100]), isLast: false) + frame(9, [1, 2])
            + frame(0, [], isLast: false) + frame(0, Array(long[100...]))
            + frame(1, Array("ü".utf8)) + frame(10, []) + frame(8, [3, 0xe8])
        let expected: [WebSocketDecoder.Event] = [
            .ping(ByteBuffer(bytes: [1, 2])), .binary(ByteBuffer(bytes: long)),
            .text(Array("ü".utf8)), .pong, .close(1_000),
        ]
        for cut in 0...sent.count {
            var decoder = decoder()
            let events = try drain(&decoder, sent[..<cut]) + drain(&decoder, sent[cut...])
            #expect(events == expected, "cut at \(cut)")
        }
        var slow = decoder()
        var events: [WebSocketDecoder.Event] = []
        for byte in sent { events += try drain(&slow, [byte]) }
        #expect(events == expected)
    }

    @Test func lengthsAroundTheirForms() throws {
        for count in [0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 70_001] {
            var decoder = decoder(binary: 100_000)
            let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let events = try drain(&decoder, frame(2, payload))
            #expect(events == [.binary(ByteBuffer(bytes: payload))], "\(count)")
        }
    }

    @Test func whatAClientMustNotSend() {
        let wrong: [[UInt8]] = [
            frame(2, [1], mask: []), frame(3, []), frame(11, []), frame(0, []),
            [0xc2, 0x80, 0, 0, 0, 0], frame(9, [], isLast: false),
            frame(9, [UInt8](repeating: 0, count: 126)), frame(8, [3]), frame(8, [3, 0xed]),
            frame(2, [], isLast: false) + frame(2, []), [0x82, 0xfe, 0, 125, 0, 0, 0, 0],
            [0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0],
            [0x82, 0xff] + [UInt8](repeating: 0xff, count: 12),
        ]
        for bytes in wrong { #expect(violation(bytes) == .protocolError, "\(bytes.prefix(12))") }
        #expect(violation(frame(1, [0xff])) == .notUTF8)
        #expect(violation(frame(8, [3, 0xe8, 0xff])) == .notUTF8)
    }

    @Test func limitsCountAllFragmentsAndTellTheStart() {
        let limit = violation(frame(2, [UInt8](repeating: 5, count: 20)), binary: 20)
        #expect(limit == nil)
        let start = ByteBuffer(bytes: [UInt8](repeating: 5, count: 13))
        #expect(
            violation(frame(2, [UInt8](repeating: 5, count: 21)), binary: 20)
                == .tooLarge(isText: false, start: start))
        let pieces =
            frame(2, [UInt8](repeating: 5, count: 10), isLast: false)
            + frame(0, [UInt8](repeating: 5, count: 11))
        #expect(violation(pieces, binary: 20) == .tooLarge(isText: false, start: start))
        // The start is waited for, the rest is not.
        let head: [UInt8] = [0x82, 0xfe, 0x40, 0, 0, 0, 0, 0]
        #expect(violation(head + [UInt8](repeating: 5, count: 12), binary: 20) == nil)
        #expect(
            violation(head + [UInt8](repeating: 5, count: 13), binary: 20)
                == .tooLarge(isText: false, start: start))
        #expect(
            violation([0x81, 0xfe, 0x40, 0, 0, 0, 0, 0], text: 20)
                == .tooLarge(isText: true, start: ByteBuffer()))
    }

    @Test func nothingComesBehindAnEnd() throws {
        var decoder = decoder()
        #expect(try drain(&decoder, frame(8, []) + frame(9, [])) == [.close(nil)])
        #expect(try drain(&decoder, frame(9, [])) == [])
    }

    @Test func noBytesTrap() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let payload = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                bytes += frame(
                    UInt8.random(in: 0...11, using: &random), payload,
                    isLast: Bool.random(using: &random))
            }
            let at = Int.random(in: bytes.indices, using: &random)
            bytes[at] = UInt8.random(in: 0...255, using: &random)
            _ = violation(bytes)
        }
    }
}
