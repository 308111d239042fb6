import FreeIMCore

extension Setting {
    /// Every setting; flags, environment, file keys, `--help` and `check-config` come from here.
    public static let all: [Setting] =
        place + policy + connection + delivery + account + message + hook + http + app + store

    /// The setting with that key.
    public static func named(_ key: String) -> Setting? { byKey[key] }

    /// The key nearest to one that does not exist; nil when none is near.
    static func nearestKey(to key: String) -> String? {
        let wanted = key.lowercased().replacing("_", with: "-")
        return EditDistance.nearest(to: wanted, among: all.map(\.key))
    }

    private static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })

    private static let place: [Setting] = [
        Setting("data", .place, .path(\.data), "Folder of the database; made when missing."),
        Setting("tcp", .place, .listener(\.tcp), "Where TCP listens."),
        Setting(
            "ws", .place, .listener(\.ws), "Where WebSocket listens."),
        Setting("http", .place, .listener(\.http), "Where HTTP listens."),
        Setting(
            "tls-cert", .place, .optionalPath(\.tlsCert),
            "Certificate chain, PEM: every listener speaks TLS. SIGHUP reads it again."),
        Setting("tls-key", .place, .optionalPath(\.tlsKey), "The certificate's key, PEM."),
        Setting(
            "ws-origins", .place, .text(\.wsOrigins, "ORIGINS", characters: 4_096),
            "Origins that may open a WebSocket, by commas; empty: this server's page; *: any."),
        Setting(
            "trusted-proxies", .place, .text(\.trustedProxies, "ADDRESSES", characters: 4_096),
            "Addresses, by commas, whose X-Forwarded-For is believed."),
    ]

    private static let policy: [Setting] = [
        Setting(
            "device-policy", .policy, .choice(SettingChoice(\.devicePolicy)),
            "Whether a device sends home another of its type."),
        Setting(
            "messaging-policy", .policy, .choice(SettingChoice(\.messagingPolicy)),
            "Who may write to whom, one to one."),
        Setting(
            "log-level", .policy, .choice(SettingChoice(\.logLevel)),
            "The least serious log lines written."),
        Setting(
            "log-format", .policy, .choice(SettingChoice(\.logFormat)),
            "Log lines for a person, or a JSON object each."),
        Setting(
            "moment-review", .policy, .choice(SettingChoice(\.momentReview)),
            "Whether an operator lets a moment pass before others see it."),
    ]

    private static let connection: [Setting] = [
        Setting(
            "frame-bytes-max", .connection,
            .integer(\.frameBytesMax, unit: "bytes", 2_048...16_777_216), "A frame's body."),
        Setting(
            "connections-max", .connection,
            .integer(\.connectionsMax, unit: "connections", 1...1_000_000), "Open at once."),
        Setting(
            "connections-per-address-max", .connection,
            .integer(\.connectionsPerAddressMax, unit: "connections", 0...1_000_000),
            "Open at once from one address. 0: no limit."),
        Setting(
            "devices-per-user-max", .connection,
            .integer(\.devicesPerUserMax, unit: "devices", 1...10_000),
            "Of one user on line at once; beyond: rate_limited."),
        Setting(
            "heartbeat-seconds", .connection,
            .integer(\.heartbeatSeconds, unit: "seconds", 1...3_600),
            "Between heartbeats; a connection silent for twice as long is closed."),
        Setting(
            "authentication-seconds", .connection,
            .integer(\.authenticationSeconds, unit: "seconds", 1...600),
            "Time for Auth or SignIn on a new connection."),
        Setting(
            "send-rate-per-second", .connection,
            .integer(\.sendRatePerSecond, unit: "messages", 0...1_000_000),
            "Sends a second of one connection; beyond: rate_limited. 0: no limit."),
        Setting(
            "send-rate-per-second-user", .connection,
            .integer(\.sendRatePerSecondUser, unit: "messages", 0...1_000_000),
            "Sends a second of one user, HTTP too; beyond: rate_limited. 0: no limit."),
        Setting(
            "request-rate-per-second-user", .connection,
            .integer(\.requestRatePerSecondUser, unit: "requests", 0...1_000_000),
            "HTTP requests a second of one user; beyond: rate_limited. 0: no limit."),
        Setting(
            "request-rate-per-second-address", .connection,
            .integer(\.requestRatePerSecondAddress, unit: "requests", 0...1_000_000),
            "HTTP requests a second from one address; beyond: rate_limited. 0: no limit."),
        Setting(
            "outbound-bytes-max", .connection,
            .integer(\.outboundBytesMax, unit: "bytes", 1_024...1_073_741_824),
            "What waits for one connection; beyond, it is served from the log."),
        Setting(
            "slow-consumer-seconds", .connection,
            .integer(\.slowConsumerSeconds, unit: "seconds", 1...3_600),
            "A device that drains nothing for so long is closed."),
    ]

    private static let delivery: [Setting] = [
        Setting(
            "offline-single-messages-max", .delivery,
            .integer(\.offlineSingleMessagesMax, unit: "messages", 0...1_000_000),
            "Newest pushed to a returning device, for each single chat."),
        Setting(
            "offline-group-messages-max", .delivery,
            .integer(\.offlineGroupMessagesMax, unit: "messages", 0...1_000_000),
            "Newest pushed to a returning device, for each group."),
        Setting(
            "new-device-messages-max", .delivery,
            .integer(\.newDeviceMessagesMax, unit: "messages", 0...1_000_000),
            "Newest pushed to a new device, for each conversation."),
    ]

    private static let account: [Setting] = [
        Setting(
            "token-lifetime-seconds", .account,
            .integer(\.tokenLifetimeSeconds, unit: "seconds", 1...315_360_000),
            "How long an access token stays valid."),
        Setting(
            "sign-in-attempts-per-minute-account", .account,
            .integer(\.signInAttemptsPerMinuteAccount, unit: "attempts", 0...1_000_000),
            "On one account; beyond: rate_limited. 0: no limit."),
        Setting(
            "sign-in-attempts-per-minute-address", .account,
            .integer(\.signInAttemptsPerMinuteAddress, unit: "attempts", 0...1_000_000),
            "From one address; beyond: rate_limited. 0: no limit."),
        Setting(
            "password-hash-concurrency", .account,
            .integer(\.passwordHashConcurrency, unit: "hashes", 1...256), "Computed at once."),
        Setting(
            "scrypt-log-n", .account, .integer(\.scryptLogN, unit: "exponent", 4...20),
            "scrypt's cost for new passwords, as a power of two."),
        Setting(
            "verification-sender", .account, .choice(SettingChoice(\.verificationSender)),
            "How verification codes reach a phone."),
        Setting(
            "verification-webhook-url", .account, .optionalURL(\.verificationWebhookURL),
            "What sends a code; called signed, for the sender webhook."),
        Setting(
            "verification-seconds", .account,
            .integer(\.verificationSeconds, unit: "seconds", 30...86_400),
            "How long a verification code stays good."),
        Setting(
            "verification-tries-max", .account,
            .integer(\.verificationTriesMax, unit: "tries", 1...100),
            "Wrong codes after which a code is void."),
        Setting(
            "verifications-per-hour", .account,
            .integer(\.verificationsPerHour, unit: "codes", 1...1_000),
            "Sent to one phone; beyond: rate_limited."),
        Setting(
            "verifications-per-day", .account,
            .integer(\.verificationsPerDay, unit: "codes", 1...10_000),
            "Sent to one phone; beyond: rate_limited."),
        Setting(
            "identity-url", .account, .optionalURL(\.identityURL),
            "The identity provider that /login/qq asks."),
        Setting(
            "group-members-max", .account,
            .integer(\.groupMembersMax, unit: "members", 2...10_000_000),
            "Of one group; beyond: conflict."),
    ]

    private static let message: [Setting] = [
        Setting(
            "recall-seconds", .message,
            .integer(\.recallSeconds, unit: "seconds", 0...315_360_000),
            "In which one may recall an own message. 0: always."),
        Setting(
            "edit-seconds", .message,
            .integer(\.editSeconds, unit: "seconds", 0...315_360_000),
            "In which one may edit an own message. 0: always."),
        Setting(
            "retention-days-single", .message,
            .integer(\.retentionDaysSingle, unit: "days", 0...36_500),
            "Messages of single chats are kept so long. 0: for ever."),
        Setting(
            "retention-days-group", .message,
            .integer(\.retentionDaysGroup, unit: "days", 0...36_500),
            "Messages of groups are kept so long. 0: for ever."),
        Setting(
            "search-index", .message, .flag(\.searchIndex),
            "Whether /message/search is served."),
    ]

    private static let hook: [Setting] = [
        Setting(
            "push-webhook-url", .hook, .optionalURL(\.pushWebhookURL),
            "Called, signed, for users with no device on line."),
        Setting(
            "push-delay-ms", .hook,
            .integer(\.pushDelayMs, unit: "milliseconds", 0...600_000),
            "In which messages are gathered for one call."),
        Setting(
            "push-group-members-max", .hook,
            .integer(\.pushGroupMembersMax, unit: "members", 0...10_000_000),
            "Beyond, a group pushes to those mentioned by name alone."),
        Setting(
            "hook-queue-max", .hook,
            .integer(\.hookQueueMax, unit: "calls", 1...10_000_000),
            "Calls that wait on disk; beyond, the log is read later."),
        Setting(
            "hook-attempts-max", .hook,
            .integer(\.hookAttemptsMax, unit: "attempts", 1...100),
            "After which a call is given up and kept for the operator."),
        Setting(
            "hook-timeout-seconds", .hook,
            .integer(\.hookTimeoutSeconds, unit: "seconds", 1...300), "That one call may take."),
    ]

    private static let http: [Setting] = [
        Setting(
            "http-connections-max", .http,
            .integer(\.httpConnectionsMax, unit: "connections", 1...1_000_000),
            "Open at once; beyond: closed."),
        Setting(
            "http-request-seconds", .http,
            .integer(\.httpRequestSeconds, unit: "seconds", 1...3_600),
            "For a request's head, and before a body must come at 16 KiB a second."),
        Setting(
            "http-body-bytes-max", .http,
            .integer(\.httpBodyBytesMax, unit: "bytes", 1_024...1_073_741_824),
            "A request's body, /admin aside."),
        Setting(
            "admin-body-bytes-max", .http,
            .integer(\.adminBodyBytesMax, unit: "bytes", 1_024...1_073_741_824),
            "The body of a request to /admin."),
        Setting(
            "media-bytes-max", .http,
            .integer(\.mediaBytesMax, unit: "bytes", 1_024...1_073_741_824),
            "One uploaded file; beyond: content_too_large."),
        Setting(
            "media-bytes-per-user-max", .http,
            .integer(\.mediaBytesPerUserMax, unit: "bytes", 0...1_099_511_627_776),
            "All files that one user uploaded; beyond: content_too_large. 0: no limit."),
        Setting(
            "media-orphan-hours", .http,
            .integer(\.mediaOrphanHours, unit: "hours", 0...87_600),
            "After its upload, a file that nobody shows is removed. 0: never."),
    ]

    private static let app: [Setting] = [
        Setting(
            "app-version-code", .app,
            .integer(\.appVersionCode, unit: "number", 0...2_147_483_647),
            "Number of the newest version. 0: none is known."),
        Setting(
            "app-version-must", .app, .flag(\.appVersionMust), "Whether older ones are refused."),
        Setting(
            "app-version-name", .app, .text(\.appVersionName, "TEXT", characters: 64),
            "Its name, 2.1.0 for one."),
        Setting(
            "app-version-download", .app,
            .text(\.appVersionDownload, "TEXT", characters: 2_048), "Where it is downloaded."),
        Setting(
            "app-version-download-page", .app,
            .text(\.appVersionPage, "TEXT", characters: 2_048), "The page that tells of it."),
        Setting(
            "app-version-description", .app,
            .text(\.appVersionDescription, "TEXT", characters: 4_096), "What is new in it."),
    ]

    private static let store: [Setting] = [
        Setting(
            "store-mailbox-max", .store,
            .integer(\.storeMailboxMax, unit: "requests", 1...10_000_000),
            "Requests that wait for the writer; beyond: busy."),
        Setting(
            "store-batch-max", .store, .integer(\.storeBatchMax, unit: "requests", 1...1_000_000),
            "Requests committed in one transaction."),
        Setting(
            "wal-bytes-max", .store,
            .integer(\.walBytesMax, unit: "bytes", 1_048_576...1_099_511_627_776),
            "Size of the write-ahead log that asks for a checkpoint."),
        Setting(
            "read-threads", .store, .integer(\.readThreads, unit: "threads", 1...256),
            "Threads that read from the database."),
        Setting(
            "event-loops", .store, .integer(\.eventLoops, unit: "loops", 0...256),
            "Of the listeners. 0: one less than the processors, at least one."),
        Setting(
            "drain-seconds", .store, .integer(\.drainSeconds, unit: "seconds", 0...600),
            "Over which clients are sent away at SIGTERM."),
    ]
}
