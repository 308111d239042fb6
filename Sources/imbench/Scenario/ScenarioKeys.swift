import FreeIMCore

/// Every key of a scenario file, by place; the reader and docs/imbench.schema.json hold the same.
enum ScenarioKeys {
    static let top = [
        "version", "name", "about", "seed", "server", "generator", "population", "traffic",
        "phases", "assert", "baseline", "short",
    ]
    static let server = ["spawn", "ready", "env", "address", "http", "admin_token_file"]
    static let generator = [
        "loops", "sources", "transport", "ws_form", "tls", "ca", "body", "proxy", "ack_every",
        "ack_interval",
    ]
    static let population = ["users", "devices_per_user", "friends", "groups"]
    static let group = ["name", "count", "members"]
    static let traffic = [
        "do", "to", "rate", "arrivals", "window", "bytes", "retry", "senders", "direction",
        "limit", "wait", "of",
    ]
    static let phase = [
        "name", "ramp", "until", "share", "for", "timeout", "final", "use", "record", "faults",
    ]
    static let fault = [
        "at", "do", "restart_after", "for", "share", "by", "connections", "times", "every",
    ]
    static let baseline = ["file", "max_worse"]
    static let short = ["time", "users", "rate"]

    /// What `do` may be, of traffic and of faults; the steps of a list.
    static let actions = [
        "send", "http_send", "read", "typing", "recall", "edit", "react", "sync", "http_read",
        "sign_in", "member", "malformed",
    ]
    static let steps = ["offline", "drop", "half_open", "online", "sync", "wait", "slow"]
    static let faults = [
        "kill9", "stop", "drain", "disk_full", "cut", "reset", "delay", "freeze", "storm",
        "half_open", "malformed", "clock_step",
    ]

    /// Which traffic has a key that not every one has; `steps`: a list of steps.
    static let trafficOfKey: [String: [String]] = [
        "to": ["send", "http_send", "typing", "sync", "http_read", "member"],
        "bytes": ["send", "http_send"], "retry": ["send"], "window": ["send"],
        "senders": [
            "send", "http_send", "read", "typing", "sync", "http_read", "member", "steps",
        ],
        "direction": ["sync"], "limit": ["sync", "http_read"], "wait": ["member"], "of": ["read"],
    ]
    /// Which faults have a key that not every one has.
    static let faultsOfKey: [String: [String]] = [
        "restart_after": ["kill9", "drain"], "for": ["stop", "disk_full", "delay", "freeze"],
        "share": ["cut", "reset", "freeze", "storm", "half_open"],
        "by": ["delay", "clock_step"], "connections": ["malformed"],
    ]

    /// The nearest of some words; nil when none is near.
    static func nearest(_ word: String, _ words: [String]) -> String? {
        EditDistance.nearest(to: word.lowercased(), among: words)
    }
}
