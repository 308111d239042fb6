/// A mistake in a scenario file: where it is, what is wrong, and what to write in its place.
struct ScenarioProblem: Sendable, Equatable, CustomStringConvertible {
    let path: String
    /// From 1.
    let line: Int
    /// Dotted, such as `traffic.dm.rate`; empty: the file as a whole.
    let key: String
    let words: String

    var description: String { "\(path):\(line): \(key.isEmpty ? "" : key + ": ")\(words)" }
}
