/// Knows which stored files the messages show.
protocol MediaUses: Sendable {
    /// Whether a message shows the file of that name (`HASH.EXTENSION`).
    func isUsed(_ name: String) async throws -> Bool
    /// The row of the log up to which every message was looked at.
    var reached: Int64 { get }
}

extension MessageIndex: MediaUses {}
