/// Who a connection is bound to.
struct Identity: Sendable {
    let userID: Int64
    /// `device.id`.
    let device: Int64
    let deviceID: String
    let deviceType: String
    let clientType: String
    let tokenHash: [UInt8]
}
