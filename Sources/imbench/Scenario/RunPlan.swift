import FreeIMProtocol

/// What a run does.
struct RunPlan: Sendable {
    /// Whom sends go to.
    enum Target: String, Sendable, CaseIterable {
        case friend, group, mix
    }

    /// When sends are made.
    enum Load: Sendable, Equatable {
        /// So many a second, whatever the answers do; latency counts from when a send was due.
        case open(perSecond: Double)
        /// So many unanswered sends of each sending device.
        case closed(window: Int)
        case none
    }

    var users = 100
    var devicesPerUser = 1
    var groups = 0
    var groupMembers = 10
    var target = Target.friend
    var load = Load.open(perSecond: 100)
    var bytes = 200
    var version = BodyVersion.protobuf
    var seed: UInt64 = 1
    /// Seconds.
    var warmup = 2.0
    var duration = 10.0
    var drainSeconds = 30.0
    /// Connections opened a second.
    var connectRate = 2_000.0
    var ackEvery = 32
    /// Milliseconds after which a device acknowledges what it has.
    var ackIntervalMs: Int64 = 200
    /// Seconds into the measured time of the first kill -9; nil: none.
    var crashAfter: Double?
    var crashes = 1
    /// Seconds that the server stays down.
    var restartAfter = 0.5
    /// Only one user in the group sends (the fan-out benchmark).
    var isSingleSender = false

    var devices: Int { users * devicesPerUser }
}
