import NIOCore

/// One frame: its header's fields and its body, not yet decoded.
public struct Frame: Sendable, Equatable {
    public var header: FrameHeader
    /// Exactly `header.bodyLength` bytes.
    public var body: ByteBuffer

    public init(header: FrameHeader, body: ByteBuffer) {
        self.header = header
        self.body = body
    }

    /// The action, or nil for a number this protocol does not know.
    public var action: IMAction? { IMAction(knownRawValue: header.action) }
    /// The body's encoding, or nil for an unsupported version.
    public var version: BodyVersion? { BodyVersion(rawValue: header.version) }
}

extension IMAction {
    /// The action with that number; nil when the protocol does not know it.
    public init?(knownRawValue raw: Int8) {
        guard let action = IMAction(rawValue: Int(raw)) else { return nil }
        if case .UNRECOGNIZED = action { return nil }
        self = action
    }
}
