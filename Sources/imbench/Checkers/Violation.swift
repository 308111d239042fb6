/// What the server promised and did not keep; docs/checkers.md defines each. The raw value is
/// the metric's name.
enum Violation: String, CaseIterable, Sendable, Codable {
    /// An acknowledged message, or one that anybody saw, never reached a device entitled to it.
    case loss
    /// A message came twice on one connection.
    case dup
    /// A message came behind one with a greater seq, on one connection.
    case order
    /// The log has a hole, or holds a send twice.
    case density
    /// Two devices, or two answers, disagree on what stands at a seq.
    case agreement
    /// A message acknowledged before another was sent has the greater seq.
    case causality
    /// An acknowledged message is not in the log any more, or a message that somebody saw.
    case durability
    /// A message reached somebody who was no member at that place of the log.
    case leak
    /// A message that nobody sent.
    case phantom
    /// A content that is not what was sent, or that was recalled.
    case corruption
    /// More, or less, was pushed to a returning device than its quota; or the Gap is wrong.
    case quota
    /// A receipt that goes back, or that says more than was read.
    case receipt
    /// A page with a hole, not beginning where it was asked for, or behind what was acknowledged.
    case syncGap = "sync_gap"
    /// A frame that could not be read, or an answer to nobody's request.
    case wire
    /// The server ended by itself.
    case crash
}
