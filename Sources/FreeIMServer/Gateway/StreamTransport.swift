import FreeIMProtocol
import NIOCore

/// Frames on a byte stream.
final class StreamTransport: Transport {
    private var decoder: FrameDecoder

    init(frameBytesMax: Int) {
        decoder = FrameDecoder(frameBytesMax: frameBytesMax)
    }

    var form: WireForm { .stream }
    var isOpen: Bool { true }
    var forwardedFor: String { "" }
    var awaitsGoodbye: Bool { false }

    func append(_ bytes: ByteBuffer) { decoder.append(bytes) }

    func next() throws(TransportEnd) -> Arrival? {
        do throws(FrameDecoder.Refusal) {
            return try decoder.next().map { .frame($0) }
        } catch {
            throw .refused(error)
        }
    }

    func goodbye(_ code: CloseCode) -> ByteBuffer? { nil }
}
