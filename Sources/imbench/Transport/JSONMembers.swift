/// Where the members of a JSON object stand in its text; what is in them is not looked at.
struct JSONMembers {
    private let bytes: [UInt8]
    private var places: [(name: ArraySlice<UInt8>, value: Range<Int>)] = []
    private var at = 0

    /// nil: it is no object.
    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        skipBlanks()
        guard take("{") else { return nil }
        skipBlanks()
        if take("}") { return }
        repeat {
            skipBlanks()
            guard let name = string() else { return nil }
            skipBlanks()
            guard take(":") else { return nil }
            skipBlanks()
            let from = at
            guard skipValue() else { return nil }
            let end = bytes[from..<at].lastIndex { !JSONMembers.isBlank($0) } ?? from
            places.append((bytes[name.dropFirst().dropLast()], from..<end + 1))
            skipBlanks()
        } while take(",")
        guard take("}") else { return nil }
    }

    /// Where that member's value stands.
    subscript(_ name: String) -> Range<Int>? {
        places.last { $0.name.elementsEqual(name.utf8) }?.value
    }

    func integer(_ name: String) -> Int64? {
        self[name].flatMap { Int64(String(decoding: bytes[$0], as: UTF8.self)) }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }

    private mutating func skipBlanks() {
        while at < bytes.count, JSONMembers.isBlank(bytes[at]) { at += 1 }
    }

    /// A string with its quotes.
    private mutating func string() -> Range<Int>? {
        let from = at
        guard take("\"") else { return nil }
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\") {
                at += 2
            } else if take("\"") {
                return from..<at
            } else {
                at += 1
            }
        }
        return nil
    }

    private mutating func skipValue() -> Bool {
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                if string() == nil { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return true }
                depth -= 1
                at += 1
            case UInt8(ascii: ","):
                if depth == 0 { return true }
                at += 1
            default: at += 1
            }
            if depth == 0, at < bytes.count, bytes[at - 1] == UInt8(ascii: "\"") { return true }
        }
        return false
    }
}
