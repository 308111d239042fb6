import FreeIMProtocol
import Logging
final class Accounts: Sendable {
    init(store: Store, settings: AccountsSettings) {}
    func signIn(_ r: IMSignIn, address: String) async throws -> IMAuthReply { throw Refusal(.busy, "x") }
}
struct AccountsSettings: Sendable {
    var tokenLifetimeSeconds = 1, signInAttemptsPerMinuteAccount = 1, signInAttemptsPerMinuteAddress = 1, passwordHashConcurrency = 1, scryptLogN = 1
}
struct HTTPServices: Sendable {
    let store: Store, accounts: Accounts, metrics: ServerMetrics, adminToken: String, frameBytesMax: Int, isMessagingOpen: Bool
    let isReady: @Sendable () -> Bool
    let log: Logger
}
final class HTTPListener: Sendable {
    let port = 0
    static func start(_ s: HTTPServices, address: ListenAddress) async throws -> HTTPListener { HTTPListener() }
    func stop() async {}
}
