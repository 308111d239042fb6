import Foundation
import FreeIMProtocol
import NIOCore

/// The text form of a frame: `{"Version":1,"Action":3,"SequenceId":7,"BodyLength":n,
/// "BodyData":"<base64>"}`, or with Version 1 `"Body":{…}` in place of the two last.
enum FrameEnvelope {
    /// The envelope of a whole frame. A JSON body stands inline in every second one.
    static func text(of frame: ByteBuffer) -> ByteBuffer {
        guard let header = FrameHeader(peekedFrom: frame) else { return ByteBuffer() }
        let from = frame.readerIndex + FrameHeader.byteCount
        let body = frame.getBytes(at: from, length: frame.readableBytes - FrameHeader.byteCount)
        let bytes = body ?? []
        var text = ByteBufferAllocator().buffer(capacity: bytes.count * 3 / 2 + 96)
        text.writeString(
            "{\"Version\":\(header.version),\"Action\":\(header.action),"
                + "\"SequenceId\":\(header.sequenceID),")
        if header.version == 1, !bytes.isEmpty, header.sequenceID & 1 == 0 {
            text.writeString("\"Body\":")
            text.writeBytes(bytes)
            text.writeString("}")
        } else {
            text.writeString("\"BodyLength\":\(bytes.count),\"BodyData\":\"")
            text.writeString(Data(bytes).base64EncodedString())
            text.writeString("\"}")
        }
        return text
    }

    /// The frame of an envelope. Throws `WebSocketFault`.
    static func frame(of text: ByteBuffer) throws -> ByteBuffer {
        let bytes = Array(text.readableBytesView)
        guard let members = JSONMembers(bytes) else {
            throw WebSocketFault("a text message that is no JSON object")
        }
        guard let version = members.integer("Version").flatMap({ Int32(exactly: $0) }),
            let action = members.integer("Action").flatMap({ Int8(exactly: $0) }),
            let sequenceID = members.integer("SequenceId").flatMap({ Int32(exactly: $0) })
        else { throw WebSocketFault("an envelope without Version, Action or SequenceId") }
        let body: [UInt8]
        if let inline = members["Body"] {
            if version != 1 { throw WebSocketFault("an inline Body of version \(version)") }
            body = Array(bytes[inline])
        } else if let data = members["BodyData"], data.count >= 2,
            // A slash may be written as `\/`.
            let decoded = Data(
                base64Encoded: Data(
                    bytes[data.dropFirst().dropLast()].filter { $0 != UInt8(ascii: "\\") }))
        {
            body = Array(decoded)
            if members.integer("BodyLength") != Int64(body.count) {
                throw WebSocketFault("a BodyLength that does not fit its BodyData")
            }
        } else {
            throw WebSocketFault("an envelope without Body or BodyData")
        }
        var frame = ByteBufferAllocator().buffer(capacity: body.count + FrameHeader.byteCount)
        frame.writeFrameHeader(
            FrameHeader(
                version: version, action: action, sequenceID: sequenceID,
                bodyLength: Int32(body.count)))
        frame.writeBytes(body)
        return frame
    }
}
