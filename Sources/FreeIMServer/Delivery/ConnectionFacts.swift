/// One connection as operators see it.
struct ConnectionFacts: Sendable {
    let place: DeviceDirectory.Place
    /// 0: not authenticated yet.
    let userID: Int64
    let deviceID: String
    let deviceType: String
    let clientType: String
    /// IP address; empty: not known.
    let address: String
    /// Milliseconds since the epoch.
    let openedTime: Int64
    /// Bytes written to it that it has not taken.
    let bytesWaiting: Int
}

extension DeviceDirectory.Place: Comparable {
    static func < (one: Self, other: Self) -> Bool {
        (one.loop, one.connection) < (other.loop, other.connection)
    }

    /// `LOOP:CONNECTION`.
    var text: String { "\(loop):\(connection)" }

    /// nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ":").map { Int($0) }
        guard parts.count == 2, let loop = parts[0], let connection = parts[1], loop >= 0 else {
            return nil
        }
        self.init(loop: loop, connection: connection)
    }
}
