import NIOCore

/// Cuts a client's bytes into WebSocket messages (RFC 6455), whatever their fragmentation.
///
/// Holds at most one unfinished message, which has a limit. No extension is spoken. After a
/// violation or a Close it yields nothing more.
public struct WebSocketDecoder: Sendable {
    /// What came, unmasked.
    public enum Event: Sendable, Equatable {
        /// A whole text message, valid UTF-8.
        case text([UInt8])
        /// A whole binary message.
        case binary(ByteBuffer)
        /// Its payload is to be sent back.
        case ping(ByteBuffer)
        case pong
        /// The client says goodbye; nil: without a code.
        case close(UInt16?)
    }

    /// Why the stream cannot go on.
    public enum Violation: Error, Sendable, Equatable {
        case protocolError
        case notUTF8
        /// A message over the limit; `start`: its first bytes.
        case tooLarge(isText: Bool, start: ByteBuffer)
    }

    /// Bytes of the longest text message.
    public let textBytesMax: Int
    /// Bytes of the longest binary message.
    public let binaryBytesMax: Int
    private var pending: ByteBuffer?
    private var fragments: Fragments?
    private var isEnded = false

    /// A message whose end has not come.
    private struct Fragments {
        let isText: Bool
        var bytes: ByteBuffer
    }

    public init(textBytesMax: Int, binaryBytesMax: Int) {
        self.textBytesMax = textBytesMax
        self.binaryBytesMax = binaryBytesMax
    }

    /// Takes what arrived; call `next()` until it returns nil before appending again.
    public mutating func append(_ bytes: ByteBuffer) {
        if isEnded || bytes.readableBytes == 0 { return }
        if pending == nil {
            pending = bytes
        } else {
            pending?.writeImmutableBuffer(bytes)
        }
    }

    /// The next event; nil when more bytes are needed.
    public mutating func next() throws(Violation) -> Event? {
        while !isEnded, let buffer = pending {
            guard let head = WebSocketHead(peekedFrom: buffer) else { break }
            try check(head, buffer)
            let total = head.byteCount + head.payloadLength
            guard buffer.readableBytes >= total,
                var payload = buffer.getSlice(
                    at: buffer.readerIndex + head.byteCount, length: head.payloadLength)
            else { break }
            pending?.moveReaderIndex(forwardBy: total)
            if pending?.readableBytes == 0 { pending = nil }
            payload.unmask(head.mask)
            if let event = try take(head, payload) { return event }
        }
        settle()
        return nil
    }

    private mutating func refuse(_ violation: Violation) -> Violation {
        isEnded = true
        pending = nil
        fragments = nil
        return violation
    }

    private mutating func check(
        _ head: WebSocketHead, _ buffer: ByteBuffer
    ) throws(Violation) {
        guard head.isWellFormed, let opcode = head.opcode else { throw refuse(.protocolError) }
        let before = fragments?.bytes.readableBytes ?? 0
        let isText: Bool
        switch opcode {
        case .close, .ping, .pong: return
        case .continuation:
            guard let fragments else { throw refuse(.protocolError) }
            isText = fragments.isText
        case .text, .binary:
            guard fragments == nil else { throw refuse(.protocolError) }
            isText = opcode == .text
        }
        let most = isText ? textBytesMax : binaryBytesMax
        if before + head.payloadLength <= most { return }
        // The start of a frame says what to answer, so it is waited for.
        let needed = isText ? 0 : max(0, FrameHeader.byteCount - before)
        guard
            var first = buffer.getSlice(
                at: buffer.readerIndex + head.byteCount, length: min(needed, head.payloadLength))
        else { return }
        first.unmask(head.mask)
        var start = fragments?.bytes ?? ByteBuffer()
        start.writeImmutableBuffer(first)
        throw refuse(.tooLarge(isText: isText, start: start))
    }

    private mutating func take(
        _ head: WebSocketHead, _ payload: ByteBuffer
    ) throws(Violation) -> Event? {
        guard let opcode = head.opcode else { throw refuse(.protocolError) }
        switch opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong
        case .close: return try close(payload)
        case .text, .binary:
            if head.isLast { return try whole(payload, isText: opcode == .text) }
            var bytes = ByteBuffer()
            bytes.writeImmutableBuffer(payload)
            fragments = Fragments(isText: opcode == .text, bytes: bytes)
            return nil
        case .continuation:
            fragments?.bytes.writeImmutableBuffer(payload)
            guard head.isLast, let message = fragments else { return nil }
            fragments = nil
            return try whole(message.bytes, isText: message.isText)
        }
    }

    private mutating func whole(
        _ bytes: ByteBuffer, isText: Bool
    ) throws(Violation) -> Event {
        guard isText else { return .binary(bytes) }
        let text = Array(bytes.readableBytesView)
        guard WebSocketDecoder.isUTF8(text) else { throw refuse(.notUTF8) }
        return .text(text)
    }

    private mutating func close(_ payload: ByteBuffer) throws(Violation) -> Event {
        if payload.readableBytes == 0 {
            isEnded = true
            return .close(nil)
        }
        guard let code = payload.getInteger(at: payload.readerIndex, as: UInt16.self),
            WebSocketDecoder.isCloseCode(code)
        else { throw refuse(.protocolError) }
        let reason = Array(payload.readableBytesView.dropFirst(2))
        guard WebSocketDecoder.isUTF8(reason) else { throw refuse(.notUTF8) }
        isEnded = true
        return .close(code)
    }

    /// Whether a peer may send that code (RFC 6455, section 7.4).
    private static func isCloseCode(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        (try? UTF8Span(validating: bytes.span)) != nil
    }

    /// Copies an unfinished frame out of the (large, shared) receive buffer it arrived in.
    private mutating func settle() {
        guard let buffer = pending, buffer.readerIndex > 0 || buffer.capacity > 4_096 else {
            return
        }
        let head = WebSocketHead(peekedFrom: buffer)
        let needed = head.map { $0.byteCount + $0.payloadLength } ?? 64
        guard buffer.readerIndex > 0 || buffer.capacity > 2 * needed + 4_096 else { return }
        var own = ByteBufferAllocator().buffer(capacity: min(needed, textBytesMax + 64))
        own.writeImmutableBuffer(buffer)
        pending = own
    }
}

extension ByteBuffer {
    /// Takes a client's mask off the readable bytes.
    public mutating func unmask(_ mask: UInt32) {
        if mask == 0 || readableBytes == 0 { return }
        withUnsafeMutableReadableBytes { bytes in
            let wide = (UInt64(mask) << 32 | UInt64(mask)).bigEndian
            var at = 0
            while at + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                bytes.storeBytes(of: word ^ wide, toByteOffset: at, as: UInt64.self)
                at += 8
            }
            while at < bytes.count {
                bytes[at] ^= UInt8(truncatingIfNeeded: mask >> UInt32(24 - 8 * (at % 4)))
                at += 1
            }
        }
    }
}
