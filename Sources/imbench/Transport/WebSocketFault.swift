/// What a WebSocket server must not do.
struct WebSocketFault: Error, Sendable, Equatable, CustomStringConvertible {
    let description: String

    init(_ words: String) {
        description = words
    }
}

/// How a WebSocket ended, fired as an event to the handler that takes its frames.
enum WebSocketEnd: Sendable, Equatable {
    /// The server's Close frame with that code; 1005 for one without.
    case closed(code: Int)
    /// The upgrade was answered with that HTTP status.
    case refused(status: Int)
}
