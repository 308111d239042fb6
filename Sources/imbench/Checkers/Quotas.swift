/// How many messages a server pushes to a device that comes back (PROTOCOL.md §5).
struct Quotas: Sendable, Equatable {
    /// The newest of a single chat.
    var single = 5_000
    /// The newest of a group.
    var group = 1_000
    /// The newest of each conversation, to a device that never did Auth before.
    var newDevice = 50

    /// What a new device gets at least: never more than a returning one is pushed.
    var newDeviceMin: Int { min(newDevice, single, group) }
}
