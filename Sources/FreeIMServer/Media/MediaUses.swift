/// Knows which stored files the messages show.
protocol MediaUses: Sendable {
    /// Whether a message shows the file of that name (`HASH.EXTENSION`).
    func isUsed(_ name: String) async throws -> Bool
    /// Whether every message was looked at; while not, no file is removed.
    var isComplete: Bool { get }
}

extension MessageIndex: MediaUses {}
