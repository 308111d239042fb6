import FreeIMProtocol
import NIOCore

/// The frames of one entry on one event loop: each form and version made once, when it is needed.
struct PushFrames {
    /// A form and version other than the stream's.
    private struct Kind: Hashable {
        let version: BodyVersion
        let form: WireForm
    }

    let entry: CommittedEntry
    private var json: ByteBuffer?
    private var others: [Kind: ByteBuffer] = [:]

    init(_ entry: CommittedEntry) {
        self.entry = entry
    }

    /// The whole push, shared by everyone who reads that form and version.
    mutating func frame(_ version: BodyVersion, _ form: WireForm) -> ByteBuffer {
        if form == .stream { return stream(version) }
        let kind = Kind(version: version, form: form)
        if let made = others[kind] { return made }
        var body = stream(version)
        body.moveReaderIndex(forwardBy: min(FrameHeader.byteCount, body.readableBytes))
        var frame = ByteBuffer()
        frame.writeFrame(
            body: Array(body.readableBytesView), action: .message, sequenceID: 0,
            version: version, form: form)
        others[kind] = frame
        return frame
    }

    private mutating func stream(_ version: BodyVersion) -> ByteBuffer {
        if version == .protobuf { return entry.protobufFrame }
        if let json { return json }
        let made = entry.makeJSONFrame()
        json = made
        return made
    }
}
