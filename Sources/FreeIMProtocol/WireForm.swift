import NIOCore

/// How a frame travels to a client.
public enum WireForm: Sendable, Equatable, Hashable {
    /// As it is, on a byte stream.
    case stream
    /// As a binary message of a WebSocket.
    case message
    /// As a text message of a WebSocket.
    case envelope(Envelope.Form)
}

extension ByteBuffer {
    /// Appends a frame around an encoded body, in the form that the client reads.
    public mutating func writeFrame(
        body: [UInt8], action: IMAction, sequenceID: Int32, version: BodyVersion, form: WireForm
    ) {
        switch form {
        case .stream: break
        case .message:
            let length = FrameHeader.byteCount + body.count
            reserveCapacity(minimumWritableBytes: length + 10)
            writeWebSocketHead(.binary, payload: length)
        case .envelope(let form):
            let text = Envelope.text(
                body: body, action: Int8(truncatingIfNeeded: action.rawValue),
                sequenceID: sequenceID, version: version, form: form)
            reserveCapacity(minimumWritableBytes: text.count + 10)
            writeWebSocketHead(.text, payload: text.count)
            writeBytes(text)
            return
        }
        writeFrame(body: body, action: action, sequenceID: sequenceID, version: version)
    }
}
