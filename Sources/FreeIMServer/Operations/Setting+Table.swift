extension Setting {
    /// Every setting; flags, environment, file keys, `--help` and `check-config` come from here.
    public static let all: [Setting] =
        place + policy + connection + delivery + account + http + store

    /// The setting with that key.
    public static func named(_ key: String) -> Setting? { byKey[key] }

    /// The key nearest to one that does not exist; nil when none is near.
    static func nearestKey(to key: String) -> String? {
        let wanted = Array(key.lowercased().replacing("_", with: "-").utf8)
        let near = all.map { (key: $0.key, distance: editDistance(wanted, Array($0.key.utf8))) }
            .min { $0.distance < $1.distance }
        guard let near, near.distance <= max(2, wanted.count / 3) else { return nil }
        return near.key
    }

    private static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })

    private static let place: [Setting] = [
        Setting("data", .place, .path(\.data), "Folder of the database; made when missing."),
        Setting("tcp", .place, .listener(\.tcp), "Where TCP listens."),
        Setting(
            "ws", .place, .listener(\.ws), "Where WebSocket will listen (taken, not served yet)."),
        Setting("http", .place, .listener(\.http), "Where HTTP listens."),
        Setting(
            "tls-cert", .place, .optionalPath(\.tlsCert),
            "Certificate chain, PEM (not served yet).",
            notServedYet: "this version does not serve TLS yet; put a TLS proxy before it"),
        Setting(
            "tls-key", .place, .optionalPath(\.tlsKey),
            "The certificate's key, PEM (not served yet).",
            notServedYet: "this version does not serve TLS yet; put a TLS proxy before it"),
    ]

    private static let policy: [Setting] = [
        Setting(
            "device-policy", .policy, .devicePolicy,
            "Whether a device sends home another of its type."),
        Setting(
            "messaging-policy", .policy, .messagingPolicy, "Who may write to whom, one to one."),
        Setting("log-level", .policy, .logLevel, "The least serious log lines written."),
    ]

    private static let connection: [Setting] = [
        Setting(
            "frame-bytes-max", .connection,
            .integer(\.frameBytesMax, unit: "bytes", 2_048...16_777_216), "A frame's body."),
        Setting(
            "connections-max", .connection,
            .integer(\.connectionsMax, unit: "connections", 1...1_000_000), "Open at once."),
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
    ]

    private static let http: [Setting] = [
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

    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var previous = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                let swap = previous[column] + (byte == other ? 0 : 1)
                current.append(min(swap, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
