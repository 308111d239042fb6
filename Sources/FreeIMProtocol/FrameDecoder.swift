import NIOCore

/// Cuts a byte stream into frames, whatever its fragmentation; holds at most one unfinished frame.
///
/// The refusals are those that end a connection: they are found in the header, before the body
/// has to arrive. After a refusal the decoder yields nothing more.
public struct FrameDecoder: Sendable {
    /// Why the stream cannot go on.
    public enum Refusal: Error, Equatable, Sendable {
        /// A body over the limit or a negative length.
        case frameTooLarge(FrameHeader)
        /// A version that is neither 1 nor 2.
        case unsupportedVersion(FrameHeader)

        public var header: FrameHeader {
            switch self {
            case .frameTooLarge(let header), .unsupportedVersion(let header): header
            }
        }

        public var code: ErrorCode {
            switch self {
            case .frameTooLarge: .frameTooLarge
            case .unsupportedVersion: .unsupportedVersion
            }
        }
    }

    /// Bytes of the longest body taken.
    public let frameBytesMax: Int
    private var pending: ByteBuffer?
    private var isRefused = false

    public init(frameBytesMax: Int = Limits.frameBytesMax) {
        precondition(frameBytesMax > 0)
        self.frameBytesMax = frameBytesMax
    }

    /// Bytes held of a frame that is not complete yet.
    public var pendingBytes: Int { pending?.readableBytes ?? 0 }

    /// Takes what arrived; call `next()` until it returns nil before appending again.
    public mutating func append(_ bytes: ByteBuffer) {
        if isRefused || bytes.readableBytes == 0 { return }
        if pending == nil || pending?.readableBytes == 0 {
            pending = bytes
        } else {
            pending?.writeImmutableBuffer(bytes)
        }
    }

    /// The next complete frame, nil when more bytes are needed.
    public mutating func next() throws(Refusal) -> Frame? {
        guard !isRefused, let buffer = pending else { return nil }
        guard let header = FrameHeader(peekedFrom: buffer) else {
            settle()
            return nil
        }
        guard header.version == 1 || header.version == 2 else {
            throw refuse(.unsupportedVersion(header))
        }
        guard header.bodyLength >= 0, Int(header.bodyLength) <= frameBytesMax else {
            throw refuse(.frameTooLarge(header))
        }
        let total = FrameHeader.byteCount + Int(header.bodyLength)
        guard buffer.readableBytes >= total,
            let body = buffer.getSlice(
                at: buffer.readerIndex + FrameHeader.byteCount, length: Int(header.bodyLength))
        else {
            settle()
            return nil
        }
        pending?.moveReaderIndex(forwardBy: total)
        if pending?.readableBytes == 0 { pending = nil }
        return Frame(header: header, body: body)
    }

    private mutating func refuse(_ refusal: Refusal) -> Refusal {
        isRefused = true
        pending = nil
        return refusal
    }

    /// Copies an unfinished frame out of the (large, shared) receive buffer it arrived in.
    private mutating func settle() {
        guard let buffer = pending, buffer.readerIndex > 0 || buffer.capacity > 4_096 else {
            return
        }
        if buffer.readableBytes == 0 {
            pending = nil
            return
        }
        let needed: Int
        if let header = FrameHeader(peekedFrom: buffer) {
            needed = FrameHeader.byteCount + Int(header.bodyLength)
        } else {
            needed = 64
        }
        guard buffer.readerIndex > 0 || buffer.capacity > 2 * needed + 4_096 else { return }
        var own = ByteBufferAllocator().buffer(capacity: needed)
        own.writeImmutableBuffer(buffer)
        pending = own
    }
}
