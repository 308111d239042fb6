import Crypto
import Foundation
import FreeIMCore
import NIOCore

/// The client's part of a WebSocket's beginning (RFC 6455 §4).
struct WebSocketHandshake {
    /// Bytes of the server's answer, its head.
    static let headBytesMax = 16_384
    private static let end = Array("\r\n\r\n".utf8)

    /// What asks for the upgrade.
    let request: ByteBuffer
    private let accept: String
    private var head = ByteBuffer()

    /// What came of it.
    enum Outcome: Equatable {
        case incomplete
        /// It is open; these bytes came behind the head.
        case open(ByteBuffer)
        case refused(status: Int)
    }

    init(host: String, random: inout SplitMix64) {
        let nonce = (0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let key = Data(nonce).base64EncodedString()
        accept = WebSocketHandshake.accept(for: key)
        request = ByteBuffer(
            string: "GET / HTTP/1.1\r\nHost: \(host)\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Key: \(key)\r\n"
                + "Sec-WebSocket-Version: 13\r\n\r\n")
    }

    /// What a server says to that key.
    static func accept(for key: String) -> String {
        let text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        return Data(Insecure.SHA1.hash(data: Data(text.utf8))).base64EncodedString()
    }

    /// Takes bytes of the answer. Throws `WebSocketFault`.
    mutating func take(_ bytes: ByteBuffer) throws -> Outcome {
        head.writeImmutableBuffer(bytes)
        guard let length = lengthOfHead() else {
            if head.readableBytes > WebSocketHandshake.headBytesMax {
                throw WebSocketFault("the answer to the upgrade has no end")
            }
            return .incomplete
        }
        let text = head.readString(length: length) ?? ""
        let lines = text.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1.1"), let status = Int(words[1]) else {
            throw WebSocketFault("the answer to the upgrade is no HTTP")
        }
        if status != 101 { return .refused(status: status) }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...]
                .trimmingCharacters(in: .whitespaces)
        }
        guard fields["upgrade"]?.lowercased() == "websocket",
            fields["connection"]?.lowercased().contains("upgrade") == true
        else { throw WebSocketFault("101 without Upgrade: websocket") }
        guard fields["sec-websocket-accept"] == accept else {
            throw WebSocketFault("Sec-WebSocket-Accept is not the key's")
        }
        if let extensions = fields["sec-websocket-extensions"] {
            throw WebSocketFault("extensions that nobody asked for: \(extensions)")
        }
        return .open(head)
    }

    private func lengthOfHead() -> Int? {
        let view = head.readableBytesView
        guard let found = view.firstRange(of: WebSocketHandshake.end) else { return nil }
        return view.distance(from: view.startIndex, to: found.upperBound)
    }
}
