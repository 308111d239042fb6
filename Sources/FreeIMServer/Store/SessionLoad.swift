import FreeIMProtocol

/// What a connection needs of the store once it has proved who it is.
struct SessionLoad: Sendable {
    /// A conversation of the user.
    struct Room: Sendable {
        let chatroomID: Int64
        let type: IMChatroomType
        /// The oldest seq the user may read.
        let firstSeq: Int64
        /// The device's cursor as stored; 0: none.
        let ackSeq: Int64
        let memberCount: Int
        /// How far the user has got, over all devices, as stored.
        var deliveredSeq: Int64 = 0
        var readSeq: Int64 = 0
    }

    let userID: Int64
    /// `device.id`; 0: the device never did Auth.
    let device: Int64
    let tokenHash: [UInt8]
    let expiresTime: Int64
    /// A bot's own limit; nil: no bot.
    let sendsPerSecond: Int?
    let rooms: [Room]
}
