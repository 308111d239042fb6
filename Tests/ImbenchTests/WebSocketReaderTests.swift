import FreeIMCore
import NIOCore
import Testing

@testable import imbench

@Suite struct WebSocketReaderTests {
    /// An unmasked frame, as a server writes it.
    private static func frame(
        _ first: UInt8, _ payload: [UInt8], isMasked: Bool = false
    ) -> [UInt8] {
        let mask: UInt8 = isMasked ? 0x80 : 0
        var bytes = [first]
        if payload.count < 126 {
            bytes.append(mask | UInt8(payload.count))
        } else if payload.count < 65_536 {
            bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        } else {
            bytes.append(mask | 127)
            for shift in (0..<8).reversed() {
                bytes.append(UInt8(payload.count >> (shift * 8) & 255))
            }
        }
        return bytes + payload
    }

    /// What a reader makes of bytes that come in pieces of that length.
    private static func events(
        _ bytes: [UInt8], piece: Int = .max, bytesMax: Int = 1 << 20
    ) throws -> [WebSocketReader.Event] {
        var reader = WebSocketReader(bytesMax: bytesMax)
        var events: [WebSocketReader.Event] = []
        var at = 0
        while at < bytes.count {
            let end = piece < bytes.count - at ? at + piece : bytes.count
            reader.append(ByteBuffer(bytes: bytes[at..<end]))
            while let event = try reader.next() { events.append(event) }
            at = end
        }
        return events
    }

    @Test(arguments: [1, 2, 7, 100, Int.max]) func messagesComeWhateverTheCut(piece: Int) throws {
        let long = (0..<70_000).map { UInt8($0 & 255) }
        let middle = [UInt8](repeating: 5, count: 300)
        let bytes =
            Self.frame(0x82, [1, 2, 3]) + Self.frame(0x81, Array("hi".utf8))
            + Self.frame(0x89, [9]) + Self.frame(0x82, middle) + Self.frame(0x82, [])
            + Self.frame(0x02, [1]) + Self.frame(0x8a, []) + Self.frame(0x00, [2])
            + Self.frame(0x80, [3]) + Self.frame(0x82, long)
            + Self.frame(0x88, [0x03, 0xe9, 0x78])
        let found = try Self.events(bytes, piece: piece)
        #expect(
            found == [
                .message(ByteBuffer(bytes: [1, 2, 3]), isText: false),
                .message(ByteBuffer(string: "hi"), isText: true), .ping(ByteBuffer(bytes: [9])),
                .message(ByteBuffer(bytes: middle), isText: false),
                .message(ByteBuffer(), isText: false), .pong,
                .message(ByteBuffer(bytes: [1, 2, 3]), isText: false),
                .message(ByteBuffer(bytes: long), isText: false), .close(code: 1_001),
            ])
        #expect(try Self.events(Self.frame(0x88, [])) == [.close(code: 1_005)])
    }

    @Test(
        arguments: [
            frame(0xc2, []), frame(0x83, []), frame(0x82, [1], isMasked: true),
            frame(0x09, []), frame(0x89, [UInt8](repeating: 0, count: 126)), frame(0x80, [1]),
            frame(0x02, [1]) + frame(0x82, [2]), frame(0x88, [3]),
            frame(0x82, [UInt8](repeating: 0, count: 1_001)),
            frame(0x02, [UInt8](repeating: 0, count: 900))
                + frame(0x80, [UInt8](repeating: 0, count: 900)),
        ])
    func whatNoServerMayDoIsAFault(bytes: [UInt8]) {
        #expect(throws: WebSocketFault.self) { try Self.events(bytes, bytesMax: 1_000) }
    }

    /// What a client writes, unmasked, is what it was given.
    @Test(arguments: [0, 1, 7, 8, 9, 125, 126, 65_535, 65_536]) func clientFramesAreMasked(
        length: Int
    ) throws {
        var random = SplitMix64(seed: 3)
        let payload = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let frame = WebSocketWriter.frame(
            .binary, ByteBuffer(bytes: payload), mask: 0x1234_5678)
        let bytes = Array(frame.readableBytesView)
        let header = length < 126 ? 2 : length < 65_536 ? 4 : 10
        #expect(bytes[0] == 0x82)
        let said = length < 126 ? length : length < 65_536 ? 126 : 127
        #expect(bytes[1] == 0x80 | UInt8(said))
        let long = bytes[2..<header].reduce(0) { $0 << 8 | Int($1) }
        #expect(header == 2 || long == length)
        let mask = Array(bytes[header..<header + 4])
        #expect(mask == [0x12, 0x34, 0x56, 0x78])
        let masked = bytes[(header + 4)...]
        #expect(masked.enumerated().map { $0.element ^ mask[$0.offset & 3] } == payload)
    }
}
