import FreeIMProtocol
import NIOCore

/// Frames and envelopes in the messages of a WebSocket, behind its handshake.
final class WebSocketTransport: Transport {
    private enum Phase {
        case handshake
        case open
        /// A Close was written.
        case closing
        /// The handshake was refused, or the client has said goodbye.
        case ended
    }

    private let frameBytesMax: Int
    private let origins: OriginPolicy
    private var phase = Phase.handshake
    private var request = ByteBuffer()
    private var searched = 0
    private var decoder: WebSocketDecoder
    /// Of the first message; the server answers in it.
    private var firstForm: WireForm?
    private var hasGoodbye = false
    private(set) var forwardedFor = ""

    init(frameBytesMax: Int, origins: OriginPolicy) {
        self.frameBytesMax = frameBytesMax
        self.origins = origins
        decoder = WebSocketDecoder(
            textBytesMax: Envelope.bytesMax(frameBytesMax: frameBytesMax),
            binaryBytesMax: FrameHeader.byteCount + frameBytesMax)
    }

    var form: WireForm { firstForm ?? .message }
    var isOpen: Bool { phase == .open }
    var awaitsGoodbye: Bool { phase == .closing && !hasGoodbye }

    func append(_ bytes: ByteBuffer) {
        switch phase {
        case .handshake: request.writeImmutableBuffer(bytes)
        case .open, .closing: decoder.append(bytes)
        case .ended: break
        }
    }

    func next() throws(TransportEnd) -> Arrival? {
        switch phase {
        case .handshake: return try shakeHands()
        case .open, .closing: return try nextMessage()
        case .ended: return nil
        }
    }

    func goodbye(_ code: CloseCode) -> ByteBuffer? {
        switch phase {
        case .handshake:
            phase = .ended
            return UpgradeRefusal(code).response
        case .open:
            phase = .closing
            var bytes = ByteBuffer()
            bytes.writeWebSocketHead(.close, payload: 2)
            bytes.writeInteger(code.rawValue)
            return bytes
        case .closing, .ended: return nil
        }
    }

    private func shakeHands() throws(TransportEnd) -> Arrival? {
        let response: ByteBuffer
        do throws(UpgradeRefusal) {
            guard let upgrade = try UpgradeRequest(takingFrom: &request, searched: searched)
            else {
                searched = request.readableBytes
                return nil
            }
            response = try upgrade.response(origins)
            forwardedFor = upgrade.headers["x-forwarded-for"] ?? ""
        } catch {
            phase = .ended
            throw .handshake(error.response)
        }
        phase = .open
        decoder.append(request)
        request = ByteBuffer()
        return .answer(response)
    }

    private func nextMessage() throws(TransportEnd) -> Arrival? {
        while true {
            let event: WebSocketDecoder.Event?
            do throws(WebSocketDecoder.Violation) {
                event = try decoder.next()
            } catch {
                throw end(error)
            }
            switch event {
            case nil: return nil
            case .pong: continue
            case .ping(let payload):
                var pong = ByteBuffer()
                pong.writeWebSocketHead(.pong, payload: payload.readableBytes)
                pong.writeImmutableBuffer(payload)
                return .ping(pong)
            case .close:
                hasGoodbye = true
                return .goodbye
            case .binary(let bytes): return try binary(bytes)
            case .text(let text): return try envelope(text)
            }
        }
    }

    private func binary(_ bytes: ByteBuffer) throws(TransportEnd) -> Arrival {
        if firstForm == nil { firstForm = .message }
        guard let header = FrameHeader(peekedFrom: bytes) else { return .malformed(.unread) }
        var body = bytes
        body.moveReaderIndex(forwardBy: FrameHeader.byteCount)
        try check(header)
        guard Int(header.bodyLength) == body.readableBytes else { return .malformed(header) }
        return .frame(Frame(header: header, body: body))
    }

    private func envelope(_ text: [UInt8]) throws(TransportEnd) -> Arrival {
        let envelope = Envelope(text)
        if firstForm == nil { firstForm = .envelope(envelope.form) }
        guard let body = envelope.body else { return .malformed(envelope.header) }
        try check(envelope.header)
        return .frame(Frame(header: envelope.header, body: body))
    }

    private func check(_ header: FrameHeader) throws(TransportEnd) {
        guard BodyVersion(rawValue: header.version) != nil else {
            throw .refused(.unsupportedVersion(header))
        }
        guard header.bodyLength >= 0, Int(header.bodyLength) <= frameBytesMax else {
            throw .refused(.frameTooLarge(header))
        }
    }

    private func end(_ violation: WebSocketDecoder.Violation) -> TransportEnd {
        switch violation {
        case .protocolError: return .violation(.protocolError)
        case .notUTF8: return .violation(.notUTF8)
        case .tooLarge(let isText, let start):
            if firstForm == nil { firstForm = isText ? .envelope(.inline) : .message }
            var header = FrameHeader.unread
            if !isText, let read = FrameHeader(peekedFrom: start) { header = read }
            return .refused(.frameTooLarge(header))
        }
    }
}

extension FrameHeader {
    /// Of a message whose header cannot be read.
    fileprivate static let unread = FrameHeader(
        version: BodyVersion.json.rawValue, action: 0, sequenceID: 0, bodyLength: 0)
}
