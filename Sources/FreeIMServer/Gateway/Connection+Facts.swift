import NIOCore

extension Connection {
    /// What operators see of it.
    var facts: ConnectionFacts {
        let channel = context?.channel
        return ConnectionFacts(
            place: place, userID: identity?.userID ?? 0, deviceID: identity?.deviceID ?? "",
            deviceType: identity?.deviceType ?? "", clientType: identity?.clientType ?? "",
            address: clientAddress, openedTime: openedTime,
            bytesWaiting: (try? channel?.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0)
    }

    var isWebSocket: Bool { transport is WebSocketTransport }

    /// An operator ends it; the client may come back.
    func closedByOperator() {
        quit(
            .serverShutdown, title: "An operator closed this connection; connect again.",
            reconnectAfterMs: Connection.operatorReconnectMs)
    }

    /// Milliseconds after which a connection that an operator closed may come back.
    static let operatorReconnectMs: Int64 = 1_000
}
