/// Which part of a conversation a page holds; positions are seqs.
public enum PagePlace: Sendable, Equatable {
    case newest
    case before(Int64)
    case after(Int64)
    /// Half before, half from there on.
    case around(Int64)
}
