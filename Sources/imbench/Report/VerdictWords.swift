/// A verdict in words, for the summary and the page.
enum VerdictWords {
    static let reasonsMax = 6

    static func headline(_ report: BenchReport) -> String {
        switch report.verdict {
        case .pass: "PASS"
        case .correctness: "FAIL: the server broke its word"
        case .threshold: "FAIL: a threshold was missed"
        case .invalid: "INVALID: the run proves nothing"
        case .partial: "PARTIAL: ended early"
        }
    }

    /// One word for it.
    static func word(_ verdict: BenchReport.Verdict) -> String {
        switch verdict {
        case .pass: "PASS"
        case .correctness, .threshold: "FAIL"
        case .invalid: "INVALID"
        case .partial: "PARTIAL"
        }
    }

    /// Why; nothing for a pass.
    static func reasons(_ report: BenchReport) -> [String] {
        var reasons = report.invalid
        switch report.verdict {
        case .pass: break
        case .correctness:
            let broken = report.checks.filter { $0.count > 0 }.map {
                "\($0.name) \(Figure.count($0.count))"
            }
            if !broken.isEmpty { reasons.append("violations: " + broken.joined(separator: ", ")) }
            reasons += missed(report)
        case .threshold: reasons += missed(report)
        case .invalid:
            if reasons.isEmpty { reasons = ["the harness could not keep up"] + missed(report) }
        case .partial: reasons.append("it holds for what was done, and judges nothing")
        }
        if report.isPartial, report.verdict != .partial {
            reasons.append("ended early: it holds for what was done")
        }
        let more = reasons.count - reasonsMax
        return more > 0 ? reasons.prefix(reasonsMax) + ["and \(more) more"] : reasons
    }

    private static func missed(_ report: BenchReport) -> [String] {
        report.assertions.filter { $0.outcome == .missed }.map { one in
            let value = one.value.map { ", was \(Figure.value($0, unit: one.unit))" } ?? ""
            return "\(one.scope): \(one.text)\(value)"
        }
    }

    /// What a check means, in a few words.
    static func meaning(_ check: String) -> String {
        guard let violation = Violation(rawValue: check) else { return "" }
        return switch violation {
        case .loss: "an acknowledged message never reached a device entitled to it"
        case .dup: "a message came twice on one connection"
        case .order: "a message came behind a later one on one connection"
        case .density: "the log has a hole, or a send in it twice"
        case .agreement: "two devices disagree on what stands at a seq"
        case .causality: "a message sent after another's ACK has the smaller seq"
        case .durability: "an acknowledged or seen message is no longer in the log"
        case .leak: "a message reached somebody who was no member"
        case .phantom: "a message that nobody sent"
        case .corruption: "a content that is not what was sent, or was recalled"
        case .quota: "a returning device was pushed more or less than its quota"
        case .receipt: "a receipt went back, or said more than was read"
        case .syncGap: "a page with a hole, or not from where it was asked"
        case .wire: "a frame that could not be read, or an answer to no request"
        case .crash: "the server ended by itself"
        }
    }
}
