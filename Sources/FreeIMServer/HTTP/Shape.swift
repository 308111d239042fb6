import FreeIMProtocol

/// The shape of a JSON value: what `/openapi.json` says of it, and what it is held to.
indirect enum Shape: Sendable {
    /// A field of an object.
    struct Field: Sendable {
        let name: String
        let shape: Shape
        /// Whether it is always there.
        let isRequired: Bool
    }

    case null
    case text
    case integer
    /// A number, with a fraction or without.
    case number
    case flag
    case anything
    /// The shape, or null.
    case nullable(Shape)
    case list(Shape)
    case object([Field])
    /// An object whose keys are data.
    case map(Shape)
    /// A shape that the description names once.
    case named(String, Shape)

    /// An object with these fields, all of them always there.
    static func object(_ fields: KeyValuePairs<String, Shape>) -> Shape {
        .object(fields.map { Field(name: $0.key, shape: $0.value, isRequired: true) })
    }

    /// The object with further fields that may be missing.
    func adding(optional fields: KeyValuePairs<String, Shape>) -> Shape {
        guard case .object(let own) = self else { return self }
        return .object(
            own + fields.map { Field(name: $0.key, shape: $0.value, isRequired: false) })
    }

    /// The object with further fields that are always there.
    func adding(_ fields: KeyValuePairs<String, Shape>) -> Shape {
        guard case .object(let own) = self else { return self }
        return .object(
            own + fields.map { Field(name: $0.key, shape: $0.value, isRequired: true) })
    }

    /// A listing: `list`, with `total` or `next_cursor` where the route has them.
    static func page(of item: Shape, total: Bool = false, cursor: Bool = false) -> Shape {
        var shape = Shape.object(["list": .list(item)])
        if total { shape = shape.adding(["total": .integer]) }
        if cursor { shape = shape.adding(["next_cursor": .text]) }
        return shape
    }
}

extension Shape {
    /// The first place where `value` is not of this shape, in words; nil: it is.
    func problem(in value: JSONValue, at path: String) -> String? {
        switch self {
        case .anything: return nil
        case .null: return value == .null ? nil : "\(path): must be null."
        case .text: return value.text == nil ? "\(path): must be a text." : nil
        case .integer: return value.integer == nil ? "\(path): must be a whole number." : nil
        case .number:
            switch value {
            case .int, .double: return nil
            case .null, .bool, .string, .array, .object: return "\(path): must be a number."
            }
        case .flag:
            if case .bool = value { return nil }
            return "\(path): must be true or false."
        case .nullable(let shape): return value == .null ? nil : shape.problem(in: value, at: path)
        case .named(_, let shape): return shape.problem(in: value, at: path)
        case .list(let shape):
            guard case .array(let items) = value else { return "\(path): must be a list." }
            for (index, item) in items.enumerated() {
                if let found = shape.problem(in: item, at: "\(path)[\(index)]") { return found }
            }
            return nil
        case .map(let shape):
            guard case .object(let fields) = value else { return "\(path): must be an object." }
            for (name, item) in fields.sorted(by: { $0.key < $1.key }) {
                if let found = shape.problem(in: item, at: "\(path).\(name)") { return found }
            }
            return nil
        case .object(let fields): return Shape.problem(in: value, at: path, fields)
        }
    }

    private static func problem(
        in value: JSONValue, at path: String, _ fields: [Field]
    ) -> String? {
        guard case .object = value else { return "\(path): must be an object." }
        for field in fields {
            let item = value[field.name]
            if item == .null {
                if case .nullable = field.shape { continue }
                if !field.isRequired { continue }
                if case .null = field.shape { continue }
                return "\(path).\(field.name): this field is missing."
            }
            if let found = field.shape.problem(in: item, at: "\(path).\(field.name)") {
                return found
            }
        }
        return nil
    }
}
