import FreeIMClient

/// How one is told of a mention in a chat, kept on this device.
enum NotifyChoice {
    private static func key(_ chatroomID: Int64) -> String { "notify.\(chatroomID)" }

    /// The way chosen for a chat; nil: none, the general setting counts.
    static func way(for chatroomID: Int64, in cache: Cache) -> NotifyWay? {
        cache.choice(key(chatroomID)).flatMap { NotifyWay(rawValue: $0) }
    }

    /// Keeps the way; throws what the cache says.
    static func set(_ way: NotifyWay, for chatroomID: Int64, in cache: Cache) throws {
        try cache.setChoice(key(chatroomID), way.rawValue)
    }
}
