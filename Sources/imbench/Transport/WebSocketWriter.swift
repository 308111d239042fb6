import NIOCore

/// Makes a client's WebSocket frames, which are masked (RFC 6455 §5.3).
enum WebSocketWriter {
    enum Kind: UInt8 {
        case text = 0x81
        case binary = 0x82
        case close = 0x88
        case pong = 0x8a
    }

    /// One frame with that payload, copied and masked in one go.
    static func frame(_ kind: Kind, _ payload: ByteBuffer, mask: UInt32) -> ByteBuffer {
        let length = payload.readableBytes
        var frame = ByteBufferAllocator().buffer(capacity: length + 14)
        frame.writeInteger(kind.rawValue)
        if length < 126 {
            frame.writeInteger(0x80 | UInt8(length))
        } else if length < 65_536 {
            frame.writeInteger(UInt8(0x80 | 126))
            frame.writeInteger(UInt16(length))
        } else {
            frame.writeInteger(UInt8(0x80 | 127))
            frame.writeInteger(UInt64(length))
        }
        frame.writeInteger(mask)
        _ = frame.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { target in
            payload.withUnsafeReadableBytes { source in
                copy(source, to: target, mask: mask)
            }
            return length
        }
        return frame
    }

    private static func copy(
        _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer, mask: UInt32
    ) {
        let word = (UInt64(mask) << 32 | UInt64(mask)).bigEndian
        var at = 0
        while at + 8 <= source.count {
            let masked = source.loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ word
            target.storeBytes(of: masked, toByteOffset: at, as: UInt64.self)
            at += 8
        }
        while at < source.count {
            target[at] = source[at] ^ UInt8(truncatingIfNeeded: mask >> (24 - UInt32(at & 3) * 8))
            at += 1
        }
    }
}
