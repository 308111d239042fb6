import NIOCore

/// Why no WebSocket was opened, with the HTTP answer that says so.
struct UpgradeRefusal: Error, Equatable {
    let status: Int
    let reason: String
    /// One of the protocol's codes.
    let error: String
    let message: String
    /// A header of this refusal alone, with its line's end.
    var header = ""

    static let malformed = UpgradeRefusal(
        status: 400, reason: "Bad Request", error: "malformed_body",
        message: "This is not an HTTP/1.1 request that opens a WebSocket.")
    static let badKey = UpgradeRefusal(
        status: 400, reason: "Bad Request", error: "malformed_body",
        message: "Sec-WebSocket-Key has to be the Base64 of 16 bytes.")
    static let foreignOrigin = UpgradeRefusal(
        status: 403, reason: "Forbidden", error: "forbidden",
        message: "Pages of this Origin may not connect; the setting ws-origins names who may.")
    static let notFound = UpgradeRefusal(
        status: 404, reason: "Not Found", error: "not_found",
        message: "The WebSocket is served at the path / alone.")
    static let wrongMethod = UpgradeRefusal(
        status: 405, reason: "Method Not Allowed", error: "method_not_allowed",
        message: "A WebSocket is opened with GET.", header: "Allow: GET\r\n")
    static let late = UpgradeRefusal(
        status: 408, reason: "Request Timeout", error: "unauthenticated",
        message: "The request did not come in time.")
    static let noUpgrade = UpgradeRefusal(
        status: 426, reason: "Upgrade Required", error: "malformed_body",
        message: "This port speaks WebSocket; HTTP is served on another.",
        header: "Upgrade: websocket\r\n")
    static let wrongVersion = UpgradeRefusal(
        status: 426, reason: "Upgrade Required", error: "malformed_body",
        message: "Only version 13 of the WebSocket protocol is spoken here.",
        header: "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")
    static let headersTooLarge = UpgradeRefusal(
        status: 431, reason: "Request Header Fields Too Large", error: "frame_too_large",
        message: "The request has to fit \(UpgradeRequest.bytesMax) bytes.")
    static let full = UpgradeRefusal(
        status: 503, reason: "Service Unavailable", error: "busy",
        message: "The server takes no more connections now; come back later.",
        header: "Retry-After: 5\r\n")

    /// The whole answer, in the shape of the HTTP routes'.
    var response: ByteBuffer {
        let code = status == 405 ? 4050 : status
        let body =
            "{\"code\":\(code),\"msg\":\"\(message)\",\"data\":null,\"error\":\"\(error)\"}"
        return ByteBuffer(
            string: "HTTP/1.1 \(status) \(reason)\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n"
                + "Cache-Control: no-store\r\n\(header)\r\n\(body)")
    }
}

extension UpgradeRefusal {
    /// What a connection that ends before its handshake is told.
    init(_ code: CloseCode) {
        switch code {
        case .tryAgainLater, .goingAway, .serverTrouble: self = .full
        case .normal, .policy: self = .late
        case .protocolError, .unsupported, .notUTF8, .tooBig: self = .malformed
        }
    }
}
