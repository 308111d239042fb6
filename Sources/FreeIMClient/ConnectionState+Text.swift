extension ConnectionState {
    /// As the owner writes it into the cache for the processes that follow it.
    var text: String {
        switch self {
        case .online: "online"
        case .connecting: "connecting"
        case .offline(let reason, let retryMs):
            "offline \(retryMs.map { "\($0)" } ?? "-") \(reason)"
        }
    }

    /// What an owner wrote; `connecting` when it wrote nothing yet.
    init(text: String) {
        let words = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        switch words.first {
        case "online": self = .online
        case "offline" where words.count == 3:
            self = .offline(reason: String(words[2]), retryMs: Int64(words[1]))
        default: self = .connecting
        }
    }
}
