extension JSONValue {
    /// The value in a JSON text; nil when it is none, not UTF-8, or nested over 128 deep.
    public init?(parsing bytes: [UInt8]) {
        guard let value = try? JSONParser.parse(bytes) else { return nil }
        self = value
    }

    /// A number that JSON cannot write: infinite, or none.
    public struct NotFinite: Error {
        public init() {}
    }

    /// The bytes of the JSON text, object fields in the order of their names.
    ///
    /// Throws `NotFinite`.
    public func bytes() throws -> [UInt8] {
        var text: [UInt8] = []
        try write(to: &text)
        return text
    }

    private func write(to text: inout [UInt8]) throws {
        switch self {
        case .null: text.append(contentsOf: "null".utf8)
        case .bool(let value): text.append(contentsOf: value ? "true".utf8 : "false".utf8)
        case .int(let value): text.append(contentsOf: String(value).utf8)
        case .double(let value):
            guard value.isFinite else { throw NotFinite() }
            text.append(contentsOf: value.description.utf8)
        case .string(let value): JSONValue.write(value, to: &text)
        case .array(let items):
            text.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                try item.write(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let fields):
            text.append(UInt8(ascii: "{"))
            for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                JSONValue.write(field.key, to: &text)
                text.append(UInt8(ascii: ":"))
                try field.value.write(to: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ value: String, to text: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        text.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case 0x0a: text.append(contentsOf: "\\n".utf8)
            case 0x0d: text.append(contentsOf: "\\r".utf8)
            case 0x09: text.append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                text.append(contentsOf: "\\u00".utf8)
                text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
