import FreeIMProtocol

/// One connection's life on the server: what each frame may do, before, during and after Auth.
///
/// Pure: times are milliseconds of any monotonic clock, passed in.
public struct SessionMachine: Sendable {
    /// Where the connection is in its life.
    public enum Phase: Sendable, Equatable {
        /// Nothing but Auth, SignIn, Heartbeat and Quit is taken.
        case fresh
        /// An Auth or SignIn is being decided; frames behind it wait.
        case authenticating
        /// Bound to a device; `bySignIn` until the Auth that may follow a SignIn.
        case bound(bySignIn: Bool)
        /// Nothing is taken any more.
        case closing
    }

    /// What to do with a frame.
    public enum Step: Sendable, Equatable {
        case authenticate
        case signIn
        /// An Auth behind a SignIn of the same device: answer it, change nothing.
        case confirmAuthentication
        case heartbeat
        case quit
        /// A request of a bound connection.
        case request(IMAction)
        case refuse(ErrorCode)
        case ignore
    }

    /// What the passing of time asks for.
    public enum TimeStep: Sendable, Equatable {
        case nothing
        /// Not authenticated in time: close.
        case closeUnauthenticated
        /// Nothing heard for two heartbeats: Quit `idle`.
        case quitIdle
    }

    public private(set) var phase: Phase = .fresh
    /// The version of the first Auth or SignIn frame; nil before it.
    public private(set) var version: BodyVersion?
    private var lastHeard: Int64
    private let openedAt: Int64

    public init(now: Int64) {
        openedAt = now
        lastHeard = now
    }

    /// The version in which to answer a frame of that version.
    public func replyVersion(to frameVersion: BodyVersion?) -> BodyVersion {
        version ?? frameVersion ?? .json
    }

    /// Takes a complete frame's action.
    public mutating func receive(_ action: IMAction?, version: BodyVersion, now: Int64) -> Step {
        lastHeard = now
        switch phase {
        case .closing, .authenticating: return .ignore
        case .fresh: return receiveFresh(action, version)
        case .bound(let bySignIn): return receiveBound(action, bySignIn: bySignIn)
        }
    }

    /// The Auth or SignIn under way succeeded and the connection is bound to a device.
    public mutating func bound(bySignIn: Bool) {
        if phase == .authenticating { phase = .bound(bySignIn: bySignIn) }
    }

    /// The SignIn under way succeeded but named no device: Auth has to follow.
    public mutating func signedInWithoutDevice() {
        if phase == .authenticating { phase = .fresh }
    }

    /// Ends the session: nothing is taken from now on.
    public mutating func close() {
        phase = .closing
    }

    /// Looks at the clock; `heartbeat` and `authentication` in milliseconds.
    public func tick(now: Int64, heartbeat: Int64, authentication: Int64) -> TimeStep {
        switch phase {
        case .closing: return .nothing
        case .fresh, .authenticating:
            return now - openedAt >= authentication ? .closeUnauthenticated : .nothing
        case .bound: return now - lastHeard >= 2 * heartbeat ? .quitIdle : .nothing
        }
    }

    /// Notes a sign of life that is not a frame (a WebSocket ping).
    public mutating func heard(now: Int64) {
        lastHeard = now
    }

    private mutating func receiveFresh(_ action: IMAction?, _ version: BodyVersion) -> Step {
        guard let action else { return .refuse(.unauthenticated) }
        switch action {
        case .auth, .signIn:
            phase = .authenticating
            if self.version == nil { self.version = version }
            return action == .auth ? .authenticate : .signIn
        case .heartbeat: return .heartbeat
        case .quit:
            phase = .closing
            return .quit
        case .getMessageID, .sync, .message, .messageAck, .receipt, .typing, .presence,
            .conversations, .gap, .error, .UNRECOGNIZED:
            return .refuse(.unauthenticated)
        }
    }

    private mutating func receiveBound(_ action: IMAction?, bySignIn: Bool) -> Step {
        guard let action else { return .refuse(.unknownAction) }
        switch action {
        case .auth:
            guard bySignIn else { return .refuse(.forbidden) }
            phase = .bound(bySignIn: false)
            return .confirmAuthentication
        case .signIn: return .refuse(.forbidden)
        case .heartbeat: return .heartbeat
        case .quit:
            phase = .closing
            return .quit
        case .getMessageID, .sync, .message, .messageAck, .receipt, .typing, .presence,
            .conversations:
            return .request(action)
        case .gap, .error, .UNRECOGNIZED: return .refuse(.unknownAction)
        }
    }
}
