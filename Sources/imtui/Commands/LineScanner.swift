/// Cuts bytes into lines; a line that is too long is passed over, and does not stay in memory.
struct LineScanner: Sendable {
    /// Bytes of a line, its end aside.
    static let lineBytesMax = 1_024 * 1_024

    enum Line: Equatable, Sendable {
        case text(String)
        /// Longer than a line may be; its bytes are gone.
        case tooLong
    }

    private let bytesMax: Int
    private var partial: [UInt8] = []
    private var isPassingOver = false
    private var ready: [Line] = []

    init(lineBytesMax: Int = LineScanner.lineBytesMax) {
        bytesMax = lineBytesMax
    }

    /// Takes the next bytes; `next` gives the lines that they end.
    mutating func append(_ bytes: some Collection<UInt8>) {
        for part in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
            if part.offset > 0 { endLine() }
            if isPassingOver { continue }
            partial.append(contentsOf: part.element)
            if partial.count > bytesMax {
                isPassingOver = true
                partial = []
            }
        }
    }

    /// The input is at its end: what is left is a line too.
    mutating func finish() {
        if !partial.isEmpty || isPassingOver { endLine() }
    }

    /// The next whole line; nil: none yet.
    mutating func next() -> Line? {
        ready.isEmpty ? nil : ready.removeFirst()
    }

    private mutating func endLine() {
        if isPassingOver {
            ready.append(.tooLong)
        } else {
            if partial.last == 0x0d { partial.removeLast() }
            ready.append(.text(String(decoding: partial, as: UTF8.self)))
        }
        partial.removeAll(keepingCapacity: true)
        isPassingOver = false
    }
}
