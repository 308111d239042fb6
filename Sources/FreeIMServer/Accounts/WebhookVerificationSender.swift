import FreeIMCore
import FreeIMHTTPClient
import FreeIMProtocol
import Logging

/// Has a webhook send the code: signed calls, repeated for as long as a person waits.
struct WebhookVerificationSender: VerificationSender {
    /// Attempts at most.
    static let attemptsMax = 3
    /// Milliseconds between two attempts: of the first wait, and of any.
    static let (waitMsFirst, waitMsMost): (Int64, Int64) = (300, 2_000)

    let caller: WebhookCaller
    let address: HTTPURL
    /// Seconds for all attempts together.
    let secondsMax: Int
    let log: Logger

    func checkReady() {}

    func send(_ message: VerificationMessage) async throws {
        let body = try JSONValue.object([
            "kind": "verification", "phone": .string(message.phone),
            "code": .string(message.code), "purpose": .string(message.purpose.rawValue),
            "expires_seconds": .int(Int64(message.seconds)),
        ]).bytes()
        let delivery = WebhookCaller.newDelivery()
        let deadline = ContinuousClock.now + .seconds(secondsMax)
        var backoff = Backoff(
            firstMs: WebhookVerificationSender.waitMsFirst,
            mostMs: WebhookVerificationSender.waitMsMost)
        var mayHaveArrived = false
        for attempt in 1...WebhookVerificationSender.attemptsMax {
            let left = max(1, (deadline - .now).components.seconds)
            let call = WebhookCall(kind: "verification", delivery: delivery, body: body)
            switch try await outcome(call, secondsMax: left) {
            case .taken: return
            case .refused(let status):
                note("refused a verification code", "status \(status)")
                throw VerificationFailure(
                    refusal: Refusal(.malformedBody, "phone: no code can be sent to this number."),
                    mayHaveArrived: false)
            case .failed(let reason, let wasSent):
                mayHaveArrived = mayHaveArrived || wasSent
                note("did not take a verification code", reason)
            }
            let wait = Duration.milliseconds(backoff.next(random: Double.random(in: 0..<1)))
            if attempt == WebhookVerificationSender.attemptsMax || .now + wait >= deadline { break }
            try await Task.sleep(for: wait)
        }
        throw VerificationFailure(
            refusal: Refusal(
                .busy, "The code could not be sent; try again.", retryAfterMs: 10_000),
            mayHaveArrived: mayHaveArrived)
    }

    private func outcome(
        _ call: WebhookCall, secondsMax: Int64
    ) async throws -> WebhookCaller.Outcome {
        do {
            return try await caller.outcomeForWaiting(address, call, secondsMax: secondsMax)
        } catch let refusal as Refusal {
            throw VerificationFailure(refusal: refusal, mayHaveArrived: false)
        }
    }

    private func note(_ what: String, _ reason: String) {
        log.warning("verification-webhook-url \(what)", metadata: ["reason": "\(reason)"])
    }
}
