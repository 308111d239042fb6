import FreeIMProtocol
import Testing

@Suite struct ErrorCodeTests {
    @Test func codesOfTheContract() {
        let contract = """
            malformed_body unknown_action unsupported_version frame_too_large unauthenticated
            bad_token bad_credentials token_expired conflict method_not_allowed forbidden
            not_member not_friend blocked muted not_found content_too_large rate_limited busy
            internal
            """
        let names = contract.split { $0 == " " || $0 == "\n" }.map(String.init)
        #expect(ErrorCode.allCases.map(\.rawValue) == names)
        #expect(ErrorCode.allCases.filter { !$0.isDefinite } == [.internal])
    }

    @Test func quitReasonsOfTheContract() {
        let names = [
            "replaced", "kicked_by_other_device", "token_revoked", "account_deleted",
            "server_shutdown", "slow_consumer", "protocol_error", "idle",
        ]
        #expect(QuitReason.allCases.map(\.rawValue) == names)
    }

    @Test func limitsOfTheContract() {
        #expect(Limits.frameBytesMax == 65_536)
        #expect(Limits.messageBytesReserve == 1_024)
        #expect(Limits.clientMessageIDBytesMax == 64)
        #expect(Limits.syncPageMessagesMax == 500 && Limits.syncPageMessagesDefault == 100)
        #expect(Limits.offlineSingleMessagesMax == 5_000)
        #expect(Limits.offlineGroupMessagesMax == 1_000)
        #expect(Limits.newDeviceMessagesMax == 50)
        #expect(Limits.heartbeatSeconds == 30 && Limits.authenticationSeconds == 10)
    }
}
