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

    /// How log lines are written.
    public enum LogFormat: String, Sendable, CaseIterable {
        /// For a person.
        case text
        /// One JSON object a line.
        case json
    }

    /// How verification codes reach a phone.
    public enum VerificationSenderKind: String, Sendable, CaseIterable {
        /// Not at all: signing in by phone is refused.
        case none
        /// Written to the log; for development.
        case log
        /// A signed call of `verification-webhook-url`.
        case webhook
    }

    /// When a new moment is shown to others.
    public enum MomentReview: String, Sendable, CaseIterable {
        /// At once.
        case none
        /// Once an operator has let it pass.
        case before
    }

    /// Folder of the database, the uploaded files and the admin token; made when missing.
    public var data = "freeim-data"
    /// TCP listener; nil: off.
    public var tcp: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 2000)
    /// WebSocket listener; nil: off.
    public var ws: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 2001)
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
    /// How log lines are written.
    public var logFormat = LogFormat.text
    /// Origins whose pages may open a WebSocket, separated by commas; empty: the page of this
    /// server's own HTTP listener; `*`: any.
    public var wsOrigins = ""
    /// Addresses of proxies whose `X-Forwarded-For` is believed, separated by commas.
    public var trustedProxies = ""

    /// Bytes of a frame's body.
    public var frameBytesMax = Limits.frameBytesMax
    /// Connections open at once, of TCP and WebSocket together.
    public var connectionsMax = 20_000
    /// Connections open at once from one address; 0: no limit.
    public var connectionsPerAddressMax = 0
    /// Devices of one user on line at once.
    public var devicesPerUserMax = 100
    /// Seconds between heartbeats; twice as long without a frame is `idle`.
    public var heartbeatSeconds = Limits.heartbeatSeconds
    /// Seconds within which a new connection must authenticate.
    public var authenticationSeconds = Limits.authenticationSeconds
    /// Sends a second of one connection; 0: no limit.
    public var sendRatePerSecond = 0
    /// Sends a second of one user, over all connections and HTTP; 0: no limit.
    public var sendRatePerSecondUser = 0
    /// HTTP requests a second of one user; 0: no limit.
    public var requestRatePerSecondUser = 2_000
    /// HTTP requests a second from one address; 0: no limit.
    public var requestRatePerSecondAddress = 10_000
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

    /// How verification codes reach a phone.
    public var verificationSender = VerificationSenderKind.none
    /// What is called with a code to send; needed for `webhook`.
    public var verificationWebhookURL: String?
    /// Seconds that a verification code is good for.
    public var verificationSeconds = 300
    /// Wrong codes after which a code is void.
    public var verificationTriesMax = 5
    /// Codes sent to one phone in an hour.
    public var verificationsPerHour = 5
    /// Codes sent to one phone in a day.
    public var verificationsPerDay = 20
    /// The identity provider that `/login/qq` asks; nil: refused.
    public var identityURL: String?
    /// Users that one group may have.
    public var groupMembersMax = 200_000

    /// Seconds after which one's own message cannot be recalled any more; 0: always.
    public var recallSeconds = 86_400
    /// Seconds after which one's own message cannot be edited any more; 0: always.
    public var editSeconds = 0
    /// Days that messages of single chats are kept; 0: for ever.
    public var retentionDaysSingle = 0
    /// Days that messages of groups are kept; 0: for ever.
    public var retentionDaysGroup = 0
    /// Whether messages can be searched on the server.
    public var searchIndex = true

    /// What is called for users with no device on line; nil: nothing.
    public var pushWebhookURL: String?
    /// Milliseconds that messages are gathered for one call.
    public var pushDelayMs = 1_000
    /// Members of a group beyond which only those mentioned are pushed to.
    public var pushGroupMembersMax = 500
    /// Calls of webhooks that wait on disk at most.
    public var hookQueueMax = 100_000
    /// Attempts after which a call is given up.
    public var hookAttemptsMax = 8
    /// Seconds that one call may take.
    public var hookTimeoutSeconds = 10

    /// HTTP connections open at once.
    public var httpConnectionsMax = 4_096
    /// Seconds for the head of an HTTP request, and before its body must keep a least pace.
    public var httpRequestSeconds = 15
    /// Bytes of an HTTP request's body, `/admin` aside.
    public var httpBodyBytesMax = 1_048_576
    /// Bytes of the body of an HTTP request to `/admin`.
    public var adminBodyBytesMax = 33_554_432

    /// Bytes of one uploaded file.
    public var mediaBytesMax = 20 * 1_024 * 1_024
    /// Bytes of all files that one user uploaded; 0: no limit.
    public var mediaBytesPerUserMax = 1_073_741_824
    /// Hours after its upload that a file nobody shows is removed; 0: never.
    public var mediaOrphanHours = 24
    /// When a new moment is shown to others.
    public var momentReview = MomentReview.none

    /// The newest version of the app, for `/app/new.version.get`; 0: none is known.
    public var appVersionCode = 0
    /// Whether older versions must be replaced.
    public var appVersionMust = false
    /// The newest version's name.
    public var appVersionName = ""
    /// Where it is downloaded.
    public var appVersionDownload = ""
    /// The page that tells of it.
    public var appVersionPage = ""
    /// What is new in it.
    public var appVersionDescription = ""

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
