import FreeIMCore
import FreeIMProtocol
import Testing

@Suite struct SessionMachineTests {
    private func bound() -> SessionMachine {
        var machine = SessionMachine(now: 0)
        _ = machine.receive(.auth, version: .json, now: 0)
        machine.bound(bySignIn: false)
        return machine
    }

    @Test func beforeAuthOnlyTheFourAreTaken() {
        for action in IMAction.allCases {
            var machine = SessionMachine(now: 0)
            let step = machine.receive(action, version: .protobuf, now: 0)
            switch action {
            case .auth: #expect(step == .authenticate)
            case .signIn: #expect(step == .signIn)
            case .heartbeat: #expect(step == .heartbeat)
            case .quit: #expect(step == .quit)
            default: #expect(step == .refuse(.unauthenticated), "\(action)")
            }
        }
        var machine = SessionMachine(now: 0)
        let got1 = machine.receive(nil, version: .json, now: 0)
        #expect(got1 == .refuse(.unauthenticated))
    }

    @Test func theFirstAuthDecidesTheVersion() {
        var machine = SessionMachine(now: 0)
        #expect(machine.replyVersion(to: .protobuf) == .protobuf)
        #expect(machine.replyVersion(to: nil) == .json)
        _ = machine.receive(.auth, version: .protobuf, now: 0)
        #expect(machine.replyVersion(to: .json) == .protobuf)
    }

    @Test func aSecondAuthIsForbiddenAndChangesNothing() {
        var machine = bound()
        let got2 = machine.receive(.auth, version: .json, now: 1)
        #expect(got2 == .refuse(.forbidden))
        let got3 = machine.receive(.signIn, version: .json, now: 1)
        #expect(got3 == .refuse(.forbidden))
        let got4 = machine.receive(.message, version: .json, now: 1)
        #expect(got4 == .request(.message))
    }

    @Test func oneAuthMayFollowASignIn() {
        var machine = SessionMachine(now: 0)
        _ = machine.receive(.signIn, version: .json, now: 0)
        machine.bound(bySignIn: true)
        let got5 = machine.receive(.message, version: .json, now: 1)
        #expect(got5 == .request(.message))
        let got6 = machine.receive(.auth, version: .json, now: 1)
        #expect(got6 == .confirmAuthentication)
        let got7 = machine.receive(.auth, version: .json, now: 1)
        #expect(got7 == .refuse(.forbidden))
    }

    @Test func whatOnlyTheServerSendsIsUnknownFromAClient() {
        var machine = bound()
        let got8 = machine.receive(.gap, version: .json, now: 1)
        #expect(got8 == .refuse(.unknownAction))
        let got9 = machine.receive(.error, version: .json, now: 1)
        #expect(got9 == .refuse(.unknownAction))
        let got10 = machine.receive(nil, version: .json, now: 1)
        #expect(got10 == .refuse(.unknownAction))
    }

    @Test func theClockEndsWhatIsSilent() {
        let fresh = SessionMachine(now: 0)
        let limits: (Int64, Int64) = (30_000, 10_000)
        #expect(fresh.tick(now: 9_999, heartbeat: limits.0, authentication: limits.1) == .nothing)
        #expect(
            fresh.tick(now: 10_000, heartbeat: limits.0, authentication: limits.1)
                == .closeUnauthenticated)
        var machine = bound()
        _ = machine.receive(.heartbeat, version: .json, now: 5_000)
        #expect(
            machine.tick(now: 64_999, heartbeat: limits.0, authentication: limits.1) == .nothing)
        #expect(
            machine.tick(now: 65_000, heartbeat: limits.0, authentication: limits.1) == .quitIdle)
        machine.close()
        #expect(
            machine.tick(now: 99_000, heartbeat: limits.0, authentication: limits.1) == .nothing)
        let got11 = machine.receive(.message, version: .json, now: 0)
        #expect(got11 == .ignore)
    }
}
