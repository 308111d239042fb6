/// Makes calls of what the log holds: which, when entries are committed; of what, when a call is
/// due.
protocol HookFeed: Sendable {
    var kind: HookCall.Kind { get }
    /// Log entries looked at together.
    var batchMax: Int { get }
    /// How long entries gather once there is one.
    var gather: Duration { get }

    /// The calls that those entries ask for.
    func drafts(_ entries: [LogFollower.Entry]) async throws -> [HookCall.Draft]

    /// Where and with what the call is to be made now; nil: there is nothing to tell any more.
    func prepared(_ call: HookCall) async throws -> (url: String, body: [UInt8])?
}
