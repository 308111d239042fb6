/// A call of a webhook that waits on disk: whom it concerns, and which entries of the log it tells
/// of. What they say is read from the log when the call is made; no message text waits here.
struct HookCall: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        /// To the push service, for a user with no device on line.
        case push
        /// To a bot.
        case bot
    }

    let id: Int64
    let kind: Kind
    let userID: Int64
    let url: String
    /// Rows of the log, ascending.
    let rows: [Int64]
    /// Older entries that did not fit, of a push.
    let omitted: Int
    /// Attempts that failed.
    let attempts: Int
    /// Milliseconds since the epoch.
    let createdTime: Int64

    /// Names the call over all its attempts.
    var delivery: String { "\(kind.rawValue)-\(id)-\(createdTime)" }

    /// A call that is to wait.
    struct Draft: Sendable {
        let userID: Int64
        let url: String
        var rows: [Int64]
        var omitted = 0
    }

    /// A call that was given up.
    struct Dead: Sendable {
        let id: Int64
        let kind: Kind
        let userID: Int64
        let url: String
        let attempts: Int
        let createdTime: Int64
        let lastError: String
    }
}

/// What waits, and what became of the calls since the start.
struct HookCounts: Sendable {
    /// Calls that wait on disk, those under way included.
    var waiting = 0
    /// Calls that were given up and are kept.
    var dead = 0
    /// Calls that were taken.
    var taken = 0
    /// Attempts that failed.
    var failures = 0
    /// Calls that were not needed any more: read, recalled, the device came on line.
    var skipped = 0
    /// Calls, and messages, that were too old to be told.
    var expired = 0
    /// Dead calls dropped as there were too many.
    var forgotten = 0
    /// Log entries not looked at yet, for pushes and for bots; 0 where nothing follows.
    var pushLag: Int64 = 0
    var botLag: Int64 = 0
}
