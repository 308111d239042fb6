/// Who a connection is bound to.
struct Identity: Sendable {
    let userID: Int64
    /// `device.id`.
    let device: Int64
    let deviceID: String
    let deviceType: String
    let clientType: String
    let tokenHash: [UInt8]
    /// When the token ends, milliseconds since the epoch.
    let expiresTime: Int64
    /// A bot's own limit; nil: the one of everybody.
    let sendsPerSecond: Int?
}
