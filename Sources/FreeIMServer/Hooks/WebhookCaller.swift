import Crypto
import Foundation
import FreeIMHTTPClient
import FreeIMProtocol
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// One call of a webhook.
struct WebhookCall: Sendable {
    /// What it is about: `verification`, `identity`, `push`, `bot`.
    let kind: String
    /// Names the call, the same over all its attempts.
    let delivery: String
    /// JSON.
    let body: [UInt8]
}

/// Calls webhooks, each call signed with the key in `DIR/webhook.key`.
///
/// `FreeIM-Signature: t=SECONDS,v1=HEX`, HEX being HMAC-SHA256 over `SECONDS.BODY`, keyed with the
/// text of the key file. docs/hooks.md tells how to check it.
final class WebhookCaller: Sendable {
    /// Bytes of an answer's body.
    static let replyBytesMax = 65_536

    /// How a call ended.
    enum Outcome: Sendable {
        /// 2xx, with the answer's body.
        case taken([UInt8])
        /// A 4xx that no repetition changes.
        case refused(status: Int)
        /// Anything else; `wasSent` when the other side may have acted on it.
        case failed(String, wasSent: Bool)
    }

    /// Calls under way that somebody waits for; beyond: `busy`.
    let waitingCallsMax: Int
    private let key: SymmetricKey
    private let group: any EventLoopGroup
    private let tls: ClientTLS
    private let underWay = NIOLockedValueBox(0)

    /// With the key of that data folder, made when there is none. `https` is believed to the
    /// system's authorities, and to those of the file that `SSL_CERT_FILE` names.
    ///
    /// Errors: `StoreError`.
    init(_ directory: String, waitingCallsMax: Int = 256) throws(StoreError) {
        self.waitingCallsMax = waitingCallsMax
        let text = try SecretFile.load(directory + "/webhook.key")
        key = SymmetricKey(data: Array(text.utf8))
        group = MultiThreadedEventLoopGroup.singleton
        let authorities = ProcessInfo.processInfo.environment["SSL_CERT_FILE"] ?? ""
        do {
            tls = try ClientTLS(authorities.isEmpty ? .system : .file(authorities))
        } catch {
            throw StoreError("webhooks cannot be called: \(error)")
        }
    }

    /// Calls once; at most `secondsMax` seconds.
    func outcome(
        _ address: HTTPURL, _ call: WebhookCall, secondsMax: Int64
    ) async -> Outcome {
        do {
            let caller = HTTPCaller(
                host: address.host, port: address.port, tls: address.isTLS ? tls : nil,
                group: group)
            let reply = try await caller.call(
                "POST", address.path, headers: headers(call), body: call.body,
                secondsMax: secondsMax, bodyBytesMax: WebhookCaller.replyBytesMax)
            switch reply.status {
            case 200..<300: return .taken(reply.body)
            case 408, 429: return .failed("status \(reply.status)", wasSent: false)
            case 400..<500: return .refused(status: reply.status)
            default: return .failed("status \(reply.status)", wasSent: true)
            }
        } catch let error as HTTPCallError {
            return .failed("\(error)", wasSent: WebhookCaller.mayHaveArrived(error))
        } catch {
            return .failed("\(error)", wasSent: true)
        }
    }

    /// The same, for somebody who waits. Throws `busy` when too many wait already.
    func outcomeForWaiting(
        _ address: HTTPURL, _ call: WebhookCall, secondsMax: Int64
    ) async throws -> Outcome {
        let isTaken = underWay.withLockedValue { count in
            if count >= waitingCallsMax { return false }
            count += 1
            return true
        }
        guard isTaken else { throw WebhookCaller.busy }
        defer { underWay.withLockedValue { $0 -= 1 } }
        return await outcome(address, call, secondsMax: secondsMax)
    }

    /// A new name for a call.
    static func newDelivery() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }.hex
    }

    /// The signature over a body at that second.
    func signature(_ body: [UInt8], seconds: Int64) -> String {
        let signed = Array("\(seconds).".utf8) + body
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: key)
        return "t=\(seconds),v1=\(Array(code).hex)"
    }

    private func headers(_ call: WebhookCall) -> [(String, String)] {
        [
            ("freeim-signature", signature(call.body, seconds: WallClock.milliseconds() / 1_000)),
            ("freeim-kind", call.kind), ("freeim-delivery", call.delivery),
            ("user-agent", "freeim"),
        ]
    }

    private static func mayHaveArrived(_ error: HTTPCallError) -> Bool {
        switch error {
        case .unreachable(let reason): reason.contains("broke off")
        case .timedOut, .tooLarge: true
        case .tls, .file: false
        }
    }

    private static let busy = Refusal(
        .busy, "Too many calls of other services at once; try again.", retryAfterMs: 1_000)
}
