import FreeIMProtocol
import Logging

/// The limits that connections are held to.
struct GatewayLimits: Sendable {
    var frameBytesMax = Limits.frameBytesMax
    var heartbeatSeconds = Limits.heartbeatSeconds
    var authenticationSeconds = Limits.authenticationSeconds
    var offlineSingleMessagesMax = Limits.offlineSingleMessagesMax
    var offlineGroupMessagesMax = Limits.offlineGroupMessagesMax
    var newDeviceMessagesMax = Limits.newDeviceMessagesMax
    var slowConsumerSeconds = Limits.slowConsumerSeconds
    /// Bytes that may wait for one connection before pushes are left to the log.
    var outboundBytesMax = 262_144
    /// Connections of the whole server.
    var connectionsMax = 20_000
    /// Connections open at once from one address; 0: no limit.
    var connectionsPerAddressMax = 0
    /// Sends a second of one connection; 0: no limit.
    var sendRatePerSecond = 0
    /// Requests of one connection under way; beyond it nothing more is read from it.
    let requestsInFlightMax = 1_024
    /// Of these, requests that read from the database; each answer is up to a frame.
    let readsInFlightMax = 8
    /// Users that a query for presence may name.
    let presenceUsersMax = Limits.presenceUsersMax
}

/// Checks an account and password; throws `Refusal`.
typealias SignInCheck =
    @Sendable (_ request: IMSignIn, _ address: String) async throws -> IMAuthReply

/// What connections use; made once, before the first connection.
struct GatewayServices: Sendable {
    let limits: GatewayLimits
    let directory: DeviceDirectory
    let census: AddressCensus
    let proxies: TrustedProxies
    let sendLimits: UserSendLimits
    let metrics: ServerMetrics
    let faults: ServerFaults
    let log: Logger
    let clock: @Sendable () -> Int64
}
