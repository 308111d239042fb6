import NIOCore

/// The 13 bytes before each body, big-endian.
public struct FrameHeader: Sendable, Equatable {
    /// Bytes of a header on the wire.
    public static let byteCount = 13

    /// 1: JSON body, 2: Protobuf body; other values are kept as they came.
    public var version: Int32
    /// `IMAction` as it came, known or not.
    public var action: Int8
    /// Chosen by the client and echoed by a reply; 0 on what the server starts.
    public var sequenceID: Int32
    /// Bytes of the body, 0 ... `frameBytesMax`; negative values are kept as they came.
    public var bodyLength: Int32

    public init(version: Int32, action: Int8, sequenceID: Int32, bodyLength: Int32) {
        self.version = version
        self.action = action
        self.sequenceID = sequenceID
        self.bodyLength = bodyLength
    }

    /// The header `offset` bytes behind the reader index; nil when fewer than 13 bytes are there.
    public init?(peekedFrom buffer: ByteBuffer, offset: Int = 0) {
        guard buffer.readableBytes >= offset + FrameHeader.byteCount else { return nil }
        let at = buffer.readerIndex + offset
        guard let version = buffer.getInteger(at: at, as: Int32.self),
            let action = buffer.getInteger(at: at + 4, as: Int8.self),
            let sequenceID = buffer.getInteger(at: at + 5, as: Int32.self),
            let bodyLength = buffer.getInteger(at: at + 9, as: Int32.self)
        else { return nil }
        self.init(
            version: version, action: action, sequenceID: sequenceID, bodyLength: bodyLength)
    }
}

extension ByteBuffer {
    /// Appends the 13 bytes of `header`.
    @inlinable
    public mutating func writeFrameHeader(_ header: FrameHeader) {
        writeMultipleIntegers(
            header.version, header.action, header.sequenceID, header.bodyLength)
    }
}
