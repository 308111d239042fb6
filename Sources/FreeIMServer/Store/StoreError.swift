/// Why a database cannot be opened.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// One line: what is wrong and what to do.
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
