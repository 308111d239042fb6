import NIOCore

/// What stands before the payload of a WebSocket frame (RFC 6455, section 5.2).
public struct WebSocketHead: Sendable, Equatable {
    /// What a frame is.
    public enum Opcode: UInt8, Sendable {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        /// Whether it may stand between the parts of a message.
        public var isControl: Bool { rawValue >= 8 }
    }

    /// Bytes of the payload of a ping, a pong or a Close.
    static let controlBytesMax = 125

    /// nil: an opcode that nobody has given a meaning.
    public let opcode: Opcode?
    /// Whether the message ends with this frame.
    public let isLast: Bool
    /// Bytes of this head, 2 to 14.
    public let byteCount: Int
    public let payloadLength: Int
    let mask: UInt32
    /// Whether it is what a client without extensions may send: masked, no reserved bit, its
    /// length in the shortest form, a control frame whole and short.
    let isWellFormed: Bool

    /// The head at the reader index; nil when not all of it is there.
    public init?(peekedFrom buffer: ByteBuffer) {
        let at = buffer.readerIndex
        guard let first = buffer.getInteger(at: at, as: UInt8.self),
            let second = buffer.getInteger(at: at + 1, as: UInt8.self)
        else { return nil }
        let isMasked = second & 0x80 != 0
        var count = 2
        var length = UInt64(second & 0x7f)
        var isShortest = true
        if length == 126 {
            guard let wide = buffer.getInteger(at: at + 2, as: UInt16.self) else { return nil }
            (length, count, isShortest) = (UInt64(wide), 4, wide >= 126)
        } else if length == 127 {
            guard let wide = buffer.getInteger(at: at + 2, as: UInt64.self) else { return nil }
            (length, count, isShortest) = (wide, 10, wide > 0xffff && wide >> 63 == 0)
        }
        var mask: UInt32 = 0
        if isMasked {
            guard let key = buffer.getInteger(at: at + count, as: UInt32.self) else { return nil }
            (mask, count) = (key, count + 4)
        }
        opcode = Opcode(rawValue: first & 0x0f)
        isLast = first & 0x80 != 0
        byteCount = count
        // Far over any limit, and no addition overflows.
        payloadLength = Int(min(length, UInt64(Int32.max)))
        self.mask = mask
        let isControlRight =
            opcode?.isControl != true || (isLast && length <= WebSocketHead.controlBytesMax)
        isWellFormed = isMasked && first & 0x70 == 0 && isShortest && isControlRight
    }
}

extension ByteBuffer {
    /// Appends the head of a server's frame, whole and unmasked.
    public mutating func writeWebSocketHead(_ opcode: WebSocketHead.Opcode, payload: Int) {
        writeInteger(0x80 | opcode.rawValue)
        if payload < 126 {
            writeInteger(UInt8(payload))
        } else if payload <= 0xffff {
            writeMultipleIntegers(UInt8(126), UInt16(payload))
        } else {
            writeMultipleIntegers(UInt8(127), UInt64(payload))
        }
    }
}
