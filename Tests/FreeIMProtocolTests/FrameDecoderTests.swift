import FreeIMProtocol
import NIOCore
import Testing

@Suite struct FrameDecoderTests {
    private func bytes(_ frames: [(action: Int8, sequence: Int32, body: [UInt8])]) -> [UInt8] {
        var buffer = ByteBuffer()
        for frame in frames {
            buffer.writeFrameHeader(
                FrameHeader(
                    version: 1, action: frame.action, sequenceID: frame.sequence,
                    bodyLength: Int32(frame.body.count)))
            buffer.writeBytes(frame.body)
        }
        return Array(buffer.readableBytesView)
    }

    private func header(_ version: Int32, _ length: Int32) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeFrameHeader(
            FrameHeader(version: version, action: 3, sequenceID: 9, bodyLength: length))
        return buffer
    }

    private func drain(_ decoder: inout FrameDecoder) throws -> [Frame] {
        var frames: [Frame] = []
        while let frame = try decoder.next() { frames.append(frame) }
        return frames
    }

    @Test func headerIsThirteenBytesBigEndian() {
        var buffer = ByteBuffer()
        buffer.writeFrameHeader(
            FrameHeader(version: 2, action: 100, sequenceID: 0x0102_0304, bodyLength: 5))
        #expect(Array(buffer.readableBytesView) == [0, 0, 0, 2, 100, 1, 2, 3, 4, 0, 0, 0, 5])
        #expect(FrameHeader(peekedFrom: buffer)?.sequenceID == 0x0102_0304)
        #expect(FrameHeader(peekedFrom: buffer, offset: 1) == nil)
    }

    @Test func everyCutPosition() throws {
        let sent = bytes([(3, 1, Array("{}".utf8)), (100, 2, []), (4, -7, Array("{\"a\":1}".utf8))])
        for cut in 0...sent.count {
            var decoder = FrameDecoder()
            var frames: [Frame] = []
            decoder.append(ByteBuffer(bytes: sent[..<cut]))
            frames += try drain(&decoder)
            decoder.append(ByteBuffer(bytes: sent[cut...]))
            frames += try drain(&decoder)
            #expect(frames.map(\.header.sequenceID) == [1, 2, -7], "cut at \(cut)")
            #expect(frames.map(\.header.action) == [3, 100, 4])
            #expect(frames.map { $0.body.readableBytes } == [2, 0, 7])
            #expect(decoder.pendingBytes == 0)
        }
    }

    @Test func oneByteAtATimeAndAllJoined() throws {
        let body = [UInt8](repeating: 7, count: 5_000)
        let sent = bytes((1...20).map { (3, Int32($0), body) })
        var single = FrameDecoder()
        var frames: [Frame] = []
        for byte in sent {
            single.append(ByteBuffer(bytes: [byte]))
            frames += try drain(&single)
        }
        var joined = FrameDecoder()
        joined.append(ByteBuffer(bytes: sent))
        #expect(try drain(&joined) == frames)
        #expect(frames.map(\.header.sequenceID) == Array(1...20))
        #expect(frames.allSatisfy { Array($0.body.readableBytesView) == body })
    }

    @Test func randomFragments() throws {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        for _ in 0..<200 {
            let sent = (1...Int32.random(in: 1...9, using: &random)).map { sequence in
                let length = Int.random(in: 0...300, using: &random)
                return (Int8(3), sequence, (0..<length).map { UInt8(truncatingIfNeeded: $0) })
            }
            var rest = bytes(sent)[...]
            var decoder = FrameDecoder(frameBytesMax: 300)
            var frames: [Frame] = []
            while !rest.isEmpty {
                let count = min(rest.count, Int.random(in: 1...400, using: &random))
                decoder.append(ByteBuffer(bytes: rest.prefix(count)))
                rest = rest.dropFirst(count)
                frames += try drain(&decoder)
            }
            #expect(frames.map { Array($0.body.readableBytesView) } == sent.map(\.2))
        }
    }

    @Test func holdsNoMoreThanOneUnfinishedFrame() throws {
        var decoder = FrameDecoder()
        let sent = bytes([(3, 1, [UInt8](repeating: 1, count: 60_000)), (3, 2, [1, 2, 3])])
        decoder.append(ByteBuffer(bytes: sent.dropLast(2)))
        #expect(try drain(&decoder).count == 1)
        #expect(decoder.pendingBytes == FrameHeader.byteCount + 1)
        decoder.append(ByteBuffer(bytes: sent.suffix(2)))
        #expect(try drain(&decoder).map(\.header.sequenceID) == [2])
    }

    @Test func lengthsAtTheLimit() throws {
        var decoder = FrameDecoder(frameBytesMax: 100)
        decoder.append(header(1, 0))
        #expect(try decoder.next()?.body.readableBytes == 0)
        decoder.append(header(2, 100))
        #expect(try decoder.next() == nil)
        decoder.append(ByteBuffer(repeating: 1, count: 100))
        #expect(try decoder.next()?.body.readableBytes == 100)
    }

    @Test(arguments: [101, 65_536, Int32.max, -1, Int32.min])
    func lengthsBeyond(length: Int32) {
        var decoder = FrameDecoder(frameBytesMax: 100)
        let sent = header(1, length)
        decoder.append(sent)
        let expected = FrameDecoder.Refusal.frameTooLarge(
            FrameHeader(version: 1, action: 3, sequenceID: 9, bodyLength: length))
        #expect(throws: expected) { try decoder.next() }
        #expect(expected.code == .frameTooLarge)
        #expect(expected.header.sequenceID == 9)
        decoder.append(ByteBuffer(bytes: bytes([(3, 1, [])])))
        #expect(throws: Never.self) { try decoder.next() == nil }
        #expect(decoder.pendingBytes == 0)
    }

    @Test(arguments: [0, 3, -1, 256, Int32.max, Int32.min])
    func versionsThatAreNotSpoken(version: Int32) {
        var decoder = FrameDecoder()
        decoder.append(header(version, -1))
        #expect {
            try decoder.next()
        } throws: { error in
            (error as? FrameDecoder.Refusal)?.code == .unsupportedVersion
        }
    }

    @Test func framesBeforeARefusalAreYielded() throws {
        var decoder = FrameDecoder()
        var sent = bytes([(3, 1, [1]), (3, 2, [])])
        sent += Array(header(7, 0).readableBytesView)
        decoder.append(ByteBuffer(bytes: sent))
        #expect(try decoder.next()?.header.sequenceID == 1)
        #expect(try decoder.next()?.header.sequenceID == 2)
        #expect(throws: FrameDecoder.Refusal.self) { try decoder.next() }
    }

    @Test func actionsThatAreKnown() {
        let known: Set<Int8> = [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 99, 100]
        for raw in Int8.min...Int8.max {
            #expect((IMAction(knownRawValue: raw) != nil) == known.contains(raw))
        }
    }
}
