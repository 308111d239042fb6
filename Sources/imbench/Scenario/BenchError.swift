/// Why a run cannot be made, with the exit code that says so.
struct BenchError: Error, CustomStringConvertible {
    enum Kind: Int32 {
        case correctness = 1
        case threshold = 2
        case invalid = 3
        case usage = 4
        case unreachable = 5
        /// By Ctrl-C; as shells say it.
        case interrupted = 130
    }

    let kind: Kind
    let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
