import FreeIMProtocol
import NIOCore

/// One committed log entry on its way to the devices: encoded once, shared by all of them.
final class CommittedEntry: Sendable {
    let chatroomID: Int64
    let seq: Int64
    let userID: Int64
    /// `device.id` of the device that sent it, which gets no push; 0: none.
    let senderDevice: Int64
    /// The whole push frame with a Protobuf body.
    let protobufFrame: ByteBuffer

    init(
        chatroomID: Int64, seq: Int64, userID: Int64, senderDevice: Int64,
        protobufFrame: ByteBuffer
    ) {
        self.chatroomID = chatroomID
        self.seq = seq
        self.userID = userID
        self.senderDevice = senderDevice
        self.protobufFrame = protobufFrame
    }

    /// The whole push frame with a JSON body.
    func makeJSONFrame() -> ByteBuffer {
        var body = protobufFrame
        body.moveReaderIndex(forwardBy: FrameHeader.byteCount)
        var frame = ByteBuffer()
        if let item = try? BodyCoding.decode(IMMessageItem.self, from: body, version: .protobuf) {
            frame.writeFrame(item, action: .message, sequenceID: 0, version: .json)
        }
        return frame
    }
}
