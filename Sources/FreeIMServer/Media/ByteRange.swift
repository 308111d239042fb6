/// What a Range header asks of a file (RFC 9110, 14.2).
enum ByteRange: Equatable, Sendable {
    /// All of it: no range, several ranges, or none that can be read.
    case whole
    /// The bytes from `first` to `last`, both within the file.
    case part(first: Int, last: Int)
    /// A range outside the file: status 416.
    case unsatisfiable

    /// Reads the header's value for a file of `size` bytes.
    init(_ header: String, size: Int) {
        self = .whole
        guard header.lowercased().hasPrefix("bytes=") else { return }
        let range = header.dropFirst("bytes=".count).trimmingSpaces()
        let parts = range.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = ByteRange.number(parts[0]),
            let last = ByteRange.number(parts[1])
        else { return }
        switch (first, last) {
        case (nil, nil): return
        case (nil, let count?):
            let from = max(0, size - count)
            self = count == 0 || size == 0 ? .unsatisfiable : .part(first: from, last: size - 1)
        case (let from?, let to):
            if let to, to < from { return }
            self =
                from >= size
                ? .unsatisfiable : .part(first: from, last: min(to ?? size - 1, size - 1))
        }
    }

    /// Digits as a number, nothing as nil; nil in the outer optional for anything else.
    private static func number(_ text: Substring) -> Int?? {
        if text.isEmpty { return .some(nil) }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return .some(Int(text) ?? Int.max)
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
