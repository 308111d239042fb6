import Crypto
import FreeIMProtocol
import NIOCore

/// The HTTP request that opens a WebSocket (RFC 6455, section 4).
struct UpgradeRequest {
    /// Bytes of the request, its headers included.
    static let bytesMax = 8_192

    let method: Substring
    let target: Substring
    /// By name in small letters; a repeated header's values are joined by commas.
    let headers: [String: String]

    /// Takes the request off `buffer`; nil when its end has not come, which is then looked for
    /// behind the `searched` bytes only.
    init?(takingFrom buffer: inout ByteBuffer, searched: Int) throws(UpgradeRefusal) {
        let view = buffer.readableBytesView
        guard let end = UpgradeRequest.end(of: view, from: max(0, searched - 3)) else {
            if view.count > UpgradeRequest.bytesMax { throw .headersTooLarge }
            return nil
        }
        let count = end - view.startIndex
        if count > UpgradeRequest.bytesMax { throw .headersTooLarge }
        guard let bytes = buffer.readBytes(length: count),
            bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x0d || $0 == 0x0a || $0 == 9 })
        else { throw .malformed }
        var lines = String(decoding: bytes.dropLast(4), as: UTF8.self)
            .split(separator: "\r\n", omittingEmptySubsequences: false)
        guard !lines.contains(where: { $0.contains("\n") || $0.contains("\r") }) else {
            throw .malformed
        }
        let words = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2] == "HTTP/1.1" else { throw .malformed }
        (method, target) = (words[0], words[1])
        headers = try UpgradeRequest.headers(lines)
    }

    /// Behind the empty line that ends the request.
    private static func end(of view: ByteBufferView, from start: Int) -> Int? {
        var at = view.startIndex + start
        while let found = view[at...].firstIndex(of: 0x0a) {
            at = found + 1
            let isEmptyLine =
                found - view.startIndex >= 3 && view[found - 1] == 0x0d
                && view[found - 2] == 0x0a && view[found - 3] == 0x0d
            if isEmptyLine { return at }
        }
        return nil
    }

    private static func headers(
        _ lines: [Substring]
    ) throws(UpgradeRefusal) -> [String: String] {
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { throw .malformed }
            let name = line[..<colon].lowercased()
            guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else { throw .malformed }
            let value = String(line[line.index(after: colon)...].withoutBlankEnds())
            if name == "host" || name == "origin", headers[name] != nil { throw .malformed }
            headers[name] = headers[name].map { $0 + ", " + value } ?? value
        }
        return headers
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private func has(_ token: String, in header: String) -> Bool {
        (headers[header] ?? "").split(separator: ",").contains {
            $0.withoutBlankEnds().lowercased() == token
        }
    }

    /// The answer that opens the WebSocket; throws the one that does not.
    func response(_ origins: OriginPolicy) throws(UpgradeRefusal) -> ByteBuffer {
        guard let host = headers["host"], !host.isEmpty else { throw .malformed }
        guard headers["transfer-encoding"] == nil, headers["content-length"] ?? "0" == "0" else {
            throw .malformed
        }
        guard target.prefix(while: { $0 != "?" }) == "/" else { throw .notFound }
        guard method == "GET" else { throw .wrongMethod }
        guard has("websocket", in: "upgrade"), has("upgrade", in: "connection") else {
            throw .noUpgrade
        }
        guard headers["sec-websocket-version"] == "13" else { throw .wrongVersion }
        guard let key = headers["sec-websocket-key"], Base64.decode(Array(key.utf8))?.count == 16
        else { throw .badKey }
        guard origins.allows(headers["origin"], host: host) else { throw .foreignOrigin }
        let proof = Insecure.SHA1.hash(
            data: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        let accept = String(decoding: Base64.encode(Array(proof)), as: UTF8.self)
        return ByteBuffer(
            string: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Accept: \(accept)\r\n\r\n")
    }
}
