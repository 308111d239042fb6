import FreeIMProtocol
import Logging

/// Everything a server can be told; the initial values are the defaults.
///
/// `Setting.all` names each value's flag, environment variable and file key.
public struct ServerConfig: Sendable, Equatable {
    /// Which connections of one user may be on line together.
    public enum DevicePolicy: String, Sendable, CaseIterable {
        /// Every device stays on line.
        case multi
        /// A device sends home another of the same type.
        case onePerDeviceType = "one_per_device_type"
    }

    /// Who may write to whom in a single chat.
    public enum MessagingPolicy: String, Sendable, CaseIterable {
        /// Friends only.
        case friends
        /// Everybody, blocks aside.
        case open
    }

    /// Folder of the database, the uploaded files and the admin token; made when missing.
    public var data = "freeim-data"
    /// TCP listener; nil: off.
    public var tcp: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 2000)
    /// WebSocket listener; nil: off.
    public var ws: ListenAddress?
    /// HTTP listener; nil: off.
    public var http: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 8080)
    /// PEM file of the certificate chain; nil: no TLS.
    public var tlsCert: String?
    /// PEM file of the certificate's key; nil: no TLS.
    public var tlsKey: String?
    /// Which connections of one user may be on line together.
    public var devicePolicy = DevicePolicy.multi
    /// Who may write to whom in a single chat.
    public var messagingPolicy = MessagingPolicy.friends
    /// The least serious log lines written.
    public var logLevel = Logger.Level.info

    /// Bytes of a frame's body.
    public var frameBytesMax = Limits.frameBytesMax
    /// Connections open at once, of TCP and WebSocket together.
    public var connectionsMax = 20_000
    /// Seconds between heartbeats; twice as long without a frame is `idle`.
    public var heartbeatSeconds = Limits.heartbeatSeconds
    /// Seconds within which a new connection must authenticate.
    public var authenticationSeconds = Limits.authenticationSeconds
    /// Sends a second of one connection; 0: no limit.
    public var sendRatePerSecond = 0
    /// Bytes that wait for one connection before it reads from the log.
    public var outboundBytesMax = 262_144
    /// Seconds a device may drain nothing before it is a slow consumer.
    public var slowConsumerSeconds = Limits.slowConsumerSeconds

    /// Newest messages pushed to a returning device, for each single chat.
    public var offlineSingleMessagesMax = Limits.offlineSingleMessagesMax
    /// Newest messages pushed to a returning device, for each group.
    public var offlineGroupMessagesMax = Limits.offlineGroupMessagesMax
    /// Newest messages pushed to a device never seen before, for each conversation.
    public var newDeviceMessagesMax = Limits.newDeviceMessagesMax

    /// Seconds a token from a sign-in stays valid.
    public var tokenLifetimeSeconds = 2_592_000
    /// Attempts to sign in a minute on one account; 0: no limit.
    public var signInAttemptsPerMinuteAccount = 10
    /// Attempts to sign in a minute from one address; 0: no limit.
    public var signInAttemptsPerMinuteAddress = 100
    /// Password hashes computed at once.
    public var passwordHashConcurrency = 1
    /// scrypt's cost for new passwords, as a power of two.
    public var scryptLogN = 14

    /// Bytes of an HTTP request's body, `/admin` aside.
    public var httpBodyBytesMax = 1_048_576
    /// Bytes of the body of an HTTP request to `/admin`.
    public var adminBodyBytesMax = 33_554_432

    /// Bytes of one uploaded file.
    public var mediaBytesMax = 20 * 1_024 * 1_024

    /// Requests that wait for the store's writer; beyond: `busy`.
    public var storeMailboxMax = 65_536
    /// Requests committed in one transaction.
    public var storeBatchMax = 4_096
    /// Bytes of the write-ahead log that ask for a checkpoint.
    public var walBytesMax = 67_108_864
    /// Threads that read from the database.
    public var readThreads = 2
    /// Event loops of the listeners; 0: one less than the processors, at least one.
    public var eventLoops = 0
    /// Seconds over which clients are sent away at SIGTERM.
    public var drainSeconds = 5

    public init() {}
}
