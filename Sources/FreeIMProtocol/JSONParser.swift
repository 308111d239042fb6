/// Reads one JSON text, strictly; refuses what is nested deeper than `depthMax`.
struct JSONParser {
    /// Arrays and objects within each other.
    static let depthMax = 128

    struct Malformed: Error {}

    private let bytes: [UInt8]
    private var at = 0

    /// The value that `bytes` are.
    static func parse(_ bytes: [UInt8]) throws -> JSONValue {
        _ = try UTF8Span(validating: bytes.span)
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.at == bytes.count else { throw Malformed() }
        return value
    }

    /// A field of an object, and where its value stands in the text.
    typealias Field = (name: String, value: JSONValue, place: Range<Int>)

    /// The fields of the object that `bytes` are, in their order, repeated ones too.
    static func fields(_ bytes: [UInt8]) throws -> [Field] {
        _ = try UTF8Span(validating: bytes.span)
        var parser = JSONParser(bytes: bytes)
        try parser.take("{")
        var fields: [Field] = []
        if !parser.takeIf("}") {
            repeat {
                parser.skipSpace()
                let name = try parser.string()
                try parser.take(":")
                parser.skipSpace()
                let start = parser.at
                let value = try parser.value(depth: 1)
                fields.append((name, value, start..<parser.at))
            } while parser.takeIf(",")
            try parser.take("}")
        }
        parser.skipSpace()
        guard parser.at == bytes.count else { throw Malformed() }
        return fields
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            at += 1
        }
    }

    private mutating func take(_ character: Unicode.Scalar) throws {
        skipSpace()
        guard next == UInt8(ascii: character) else { throw Malformed() }
        at += 1
    }

    private mutating func takeIf(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func value(depth: Int) throws -> JSONValue {
        guard depth <= JSONParser.depthMax else { throw Malformed() }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws -> JSONValue {
        guard bytes[at...].starts(with: text.utf8) else { throw Malformed() }
        at += text.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws -> [String: JSONValue] {
        try take("{")
        var fields: [String: JSONValue] = [:]
        if takeIf("}") { return fields }
        repeat {
            skipSpace()
            let name = try string()
            try take(":")
            fields[name] = try value(depth: depth + 1)
        } while takeIf(",")
        try take("}")
        return fields
    }

    private mutating func array(depth: Int) throws -> [JSONValue] {
        try take("[")
        var items: [JSONValue] = []
        if takeIf("]") { return items }
        repeat {
            items.append(try value(depth: depth + 1))
        } while takeIf(",")
        try take("]")
        return items
    }

    private mutating func digits() throws {
        let start = at
        while let byte = next, (0x30...0x39).contains(byte) { at += 1 }
        guard at > start else { throw Malformed() }
    }

    private mutating func number() throws -> JSONValue {
        let start = at
        if next == UInt8(ascii: "-") { at += 1 }
        let first = at
        try digits()
        guard bytes[first] != UInt8(ascii: "0") || at == first + 1 else { throw Malformed() }
        var isInteger = true
        if next == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isInteger = false
            at += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .int(value) }
        guard let value = Double(text), value.isFinite else { throw Malformed() }
        return .double(value)
    }

    private mutating func string() throws -> String {
        guard next == UInt8(ascii: "\"") else { throw Malformed() }
        at += 1
        var text: [UInt8] = []
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
            case 0..<0x20: throw Malformed()
            default: text.append(byte)
            }
        }
        throw Malformed()
    }

    private mutating func escape() throws -> [UInt8] {
        guard let byte = next else { throw Malformed() }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return try unicode()
        default: throw Malformed()
        }
    }

    private mutating func unicode() throws -> [UInt8] {
        var code = try hexadecimal()
        if (0xd800..<0xdc00).contains(code) {
            guard bytes[at...].starts(with: "\\u".utf8) else { throw Malformed() }
            at += 2
            let low = try hexadecimal()
            guard (0xdc00..<0xe000).contains(low) else { throw Malformed() }
            code = 0x1_0000 + (code - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw Malformed() }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws -> UInt32 {
        guard at + 4 <= bytes.count else { throw Malformed() }
        let text = bytes[at..<at + 4]
        guard text.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let code = UInt32(String(decoding: text, as: UTF8.self), radix: 16)
        else { throw Malformed() }
        at += 4
        return code
    }
}
