/// Any JSON, for bodies whose shape a route's own table describes.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue {
    /// The integer that is meant: a number without fraction, or a string of digits. Beyond 2^53 a
    /// number with a fraction part or an exponent is not exact, and none.
    public var integer: Int64? {
        switch self {
        case .int(let value): value
        case .double(let value): value.magnitude <= 0x1p53 ? Int64(exactly: value) : nil
        case .string(let text): Int64(text)
        case .null, .bool, .array, .object: nil
        }
    }

    /// The text; nil for anything else.
    public var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The items of a list; empty for anything else.
    public var items: [JSONValue] {
        if case .array(let items) = self { return items }
        return []
    }

    /// A field of an object; null where there is none.
    public subscript(_ name: String) -> JSONValue {
        if case .object(let fields) = self { return fields[name] ?? .null }
        return .null
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByArrayLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
}
