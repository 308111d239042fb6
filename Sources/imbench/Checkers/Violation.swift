/// What the server promised and did not keep.
enum Violation: String, CaseIterable, Sendable {
    /// An acknowledged message never reached a device that is entitled to it.
    case lost
    /// A message came twice on one connection.
    case doubled
    /// A message came with a smaller seq than one before it, on one connection.
    case outOfOrder = "out_of_order"
    /// Two devices, or two answers, disagree on what stands at a seq.
    case disagreement
    /// A message reached somebody who is not a member of its conversation.
    case leaked
    /// The content is not what was sent.
    case corrupted
    /// A message that nobody sent.
    case phantom
    /// An acknowledged message is not in the log any more.
    case forgotten
    /// The log has a hole, or a message twice.
    case broken
}
