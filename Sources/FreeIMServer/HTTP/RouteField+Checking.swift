import FreeIMProtocol

extension RouteField {
    /// Integers in one list at most.
    static let integersMax = 10_000

    /// Checks a call's values against a route's fields; unknown fields are ignored.
    static func check(
        _ fields: [RouteField], _ given: [String: JSONValue]
    ) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for field in fields {
            let value = given[field.name] ?? .null
            if value == .null {
                if field.isRequired {
                    throw Refusal(.malformedBody, "\(field.name): this field is missing.")
                }
                continue
            }
            values[field.name] = try field.checked(value)
        }
        return values
    }

    private func checked(_ value: JSONValue) throws -> JSONValue {
        switch kind {
        case .any: return value
        case .text(let most):
            guard case .string(let text) = value else { throw wrong("a text") }
            if text.count > most {
                throw Refusal(
                    .malformedBody, "\(name): at most \(most) characters, not \(text.count).")
            }
            if isRequired && text.isEmpty {
                throw Refusal(.malformedBody, "\(name): must not be empty.")
            }
            return value
        case .texts(let most, let characters):
            guard case .array(let list) = value else { throw wrong("a list of texts") }
            if list.count > most {
                throw Refusal(.malformedBody, "\(name): at most \(most), not \(list.count).")
            }
            for item in list {
                guard let text = item.text else { throw wrong("a list of texts") }
                if text.count > characters {
                    throw Refusal(
                        .malformedBody, "\(name): at most \(characters) characters each.")
                }
            }
            return value
        case .integer:
            guard let number = value.integer else { throw wrong("a whole number") }
            return .int(number)
        case .flag:
            if case .bool = value { return value }
            guard let number = value.integer else { throw wrong("true or false") }
            return .bool(number != 0)
        case .integers:
            guard case .array(let list) = value else { throw wrong("a list of whole numbers") }
            if list.count > RouteField.integersMax {
                throw Refusal(.malformedBody, "\(name): at most \(RouteField.integersMax) IDs.")
            }
            return .array(
                try list.map { item in
                    guard let number = item.integer else { throw wrong("a list of whole numbers") }
                    return .int(number)
                })
        }
    }

    private func wrong(_ expected: String) -> Refusal {
        Refusal(.malformedBody, "\(name): must be \(expected).")
    }
}
