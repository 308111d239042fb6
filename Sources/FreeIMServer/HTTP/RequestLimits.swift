import FreeIMProtocol
import HTTPTypes
import Hummingbird

/// What HTTP requests are held to before a route sees them.
final class RequestLimits: Sendable {
    /// Bytes of a request's path and query.
    static let uriBytesMax = 8_192
    /// Bytes of one header, and of all headers of a request.
    static let (headerBytesMax, headersBytesMax) = (16_384, 32_768)
    /// Headers of a request.
    static let headersMax = 100

    let proxies: TrustedProxies
    private let byAddress: KeyedRateLimiter<String>
    private let byUser: KeyedRateLimiter<Int64>

    init(perSecondUser: Int, perSecondAddress: Int, proxies: TrustedProxies) {
        self.proxies = proxies
        byAddress = KeyedRateLimiter(perSecond: perSecondAddress)
        byUser = KeyedRateLimiter(perSecond: perSecondUser)
    }

    /// Whom the request is from, as an IP address; empty when that is not known.
    func client(_ request: Request, peer: String) -> String {
        proxies.client(peer: peer, forwarded: request.headers[values: RequestLimits.forwarded])
    }

    /// Whether somebody passed the request on, believed or not.
    func isForwarded(_ request: Request) -> Bool {
        request.headers[RequestLimits.forwarded] != nil || request.headers[.forwarded] != nil
    }

    /// Throws `rate_limited` when that address asks too often.
    func admit(address: String, now: Int64) throws {
        try refuse(byAddress.take(TrustedProxies.network(address), now: now))
    }

    /// Throws `rate_limited` when that user asks too often.
    func admit(userID: Int64, now: Int64) throws {
        try refuse(byUser.take(userID, now: now))
    }

    private func refuse(_ wait: Int64?) throws {
        guard let wait else { return }
        throw Refusal(
            .rateLimited, "Too many requests; wait \(wait) ms.", retryAfterMs: max(1, wait))
    }

    private static let forwarded = HTTPField.Name("X-Forwarded-For") ?? .forwarded
}

extension HTTPField.Name {
    fileprivate static let forwarded = HTTPField.Name("Forwarded") ?? .via
}
