import FreeIMProtocol
import NIOCore

/// Cuts a server's bytes into WebSocket messages; holds at most one that is not whole.
struct WebSocketReader {
    enum Event: Equatable {
        case message(ByteBuffer, isText: Bool)
        case ping(ByteBuffer)
        case pong
        /// 1005: without a code.
        case close(code: Int)
    }

    private typealias Opcode = WebSocketHead.Opcode

    /// Bytes of the longest message.
    let bytesMax: Int
    private var pending: ByteBuffer?
    /// A message that came in parts, so far.
    private var parts: (isText: Bool, bytes: ByteBuffer)?

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// Takes what arrived; `next()` has to be called until it returns nil.
    mutating func append(_ bytes: ByteBuffer) {
        if pending == nil {
            pending = bytes
        } else {
            pending?.writeImmutableBuffer(bytes)
        }
    }

    /// The next event; nil when more bytes are needed. Throws `WebSocketFault`.
    mutating func next() throws -> Event? {
        while let (opcode, isFinal, payload) = try nextFrame() {
            if let event = try take(opcode, isFinal, payload) { return event }
        }
        return nil
    }

    private mutating func take(
        _ opcode: Opcode, _ isFinal: Bool, _ payload: ByteBuffer
    ) throws -> Event? {
        switch opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong
        case .close:
            if payload.readableBytes == 1 { throw WebSocketFault("a Close with half a code") }
            let code = payload.getInteger(at: payload.readerIndex, as: UInt16.self)
            return .close(code: code.map { Int($0) } ?? 1_005)
        case .text, .binary:
            if parts != nil { throw WebSocketFault("a message in the middle of another") }
            if isFinal { return .message(payload, isText: opcode == .text) }
            parts = (opcode == .text, ByteBuffer(buffer: payload))
            return nil
        case .continuation:
            guard parts != nil else { throw WebSocketFault("a continuation of nothing") }
            parts?.bytes.writeImmutableBuffer(payload)
            let length = parts?.bytes.readableBytes ?? 0
            if length > bytesMax { throw WebSocketFault("a message of over \(length) bytes") }
            guard isFinal, let whole = parts else { return nil }
            parts = nil
            return .message(whole.bytes, isText: whole.isText)
        }
    }

    private mutating func nextFrame() throws -> (Opcode, Bool, ByteBuffer)? {
        guard let buffer = pending else { return nil }
        let at = buffer.readerIndex
        guard let first = buffer.getInteger(at: at, as: UInt8.self),
            let second = buffer.getInteger(at: at + 1, as: UInt8.self)
        else {
            settle()
            return nil
        }
        let isFinal = first & 0x80 != 0
        if first & 0x70 != 0 { throw WebSocketFault("reserved bits are set") }
        guard let opcode = Opcode(rawValue: first & 0x0f) else {
            throw WebSocketFault("opcode \(first & 0x0f)")
        }
        if second & 0x80 != 0 { throw WebSocketFault("the server masks") }
        if opcode.isControl, !isFinal || second > 125 {
            throw WebSocketFault("a control frame that is cut or too long")
        }
        var (header, length) = (2, UInt64(second))
        if second == 126 {
            header = 4
            guard let long = buffer.getInteger(at: at + 2, as: UInt16.self) else { return nil }
            length = UInt64(long)
        } else if second == 127 {
            header = 10
            guard let long = buffer.getInteger(at: at + 2, as: UInt64.self) else { return nil }
            length = long
        }
        if length > UInt64(bytesMax) { throw WebSocketFault("a frame of \(length) bytes") }
        guard let payload = buffer.getSlice(at: at + header, length: Int(length)) else {
            settle()
            return nil
        }
        pending?.moveReaderIndex(forwardBy: header + Int(length))
        if pending?.readableBytes == 0 { pending = nil }
        return (opcode, isFinal, payload)
    }

    /// Copies what is not whole out of the (large, shared) buffer that it arrived in.
    private mutating func settle() {
        guard let buffer = pending, buffer.readerIndex > 0 else { return }
        pending = buffer.readableBytes == 0 ? nil : ByteBuffer(buffer: buffer)
        if let rest = pending, rest.readerIndex > 0 {
            var own = ByteBufferAllocator().buffer(capacity: rest.readableBytes)
            own.writeImmutableBuffer(rest)
            pending = own
        }
    }
}
