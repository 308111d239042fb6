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
        case .shaped(let shape):
            if let problem = shape.problem(in: value, at: name) {
                throw Refusal(.malformedBody, problem)
            }
            return value
        case .text(let most), .line(let most), .content(let most):
            guard case .string(let text) = value else { throw wrong("a text") }
            return .string(try checked(text, charactersMax: most))
        case .word(let words):
            guard case .string(let text) = value, words.contains(text) else {
                throw wrong("one of \(words.joined(separator: ", "))")
            }
            return value
        case .lines(let most, let characters):
            return .array(try lines(value, most: most, characters: characters))
        case .integer:
            guard let number = value.integer else { throw wrong("a whole number") }
            return .int(number)
        case .number(let range):
            guard let number = value.integer, range.contains(number) else {
                throw wrong("a whole number of \(range.lowerBound) to \(range.upperBound)")
            }
            return .int(number)
        case .flag:
            if case .bool = value { return value }
            if let number = value.integer, (0...1).contains(number) { return .bool(number == 1) }
            throw wrong("true or false")
        case .integers:
            return .array(try integers(value))
        }
    }

    private func checked(_ given: String, charactersMax: Int) throws -> String {
        var text = given
        // Counted in code points, as JSON Schema does: one visible character can be thousands.
        let count = text.utf8.count > charactersMax ? text.unicodeScalars.count : 0
        if count > charactersMax {
            throw Refusal(
                .malformedBody, "\(name): at most \(charactersMax) characters, not \(count).")
        }
        switch kind {
        case .line:
            if text.unicodeScalars.contains(where: LineText.isRefused) {
                throw Refusal(
                    .malformedBody,
                    "\(name): one line without control or invisible characters.")
            }
            text = text.trimmingWhitespace()
        case .text:
            if text.unicodeScalars.contains(where: LineText.isControl) {
                throw Refusal(
                    .malformedBody, "\(name): no control characters but tab and new line.")
            }
        case .content, .word, .lines, .integer, .number, .integers, .flag, .shaped: break
        }
        if isRequired && text.isEmpty {
            throw Refusal(.malformedBody, "\(name): must not be empty.")
        }
        return text
    }

    private func lines(
        _ value: JSONValue, most: Int, characters: Int
    ) throws -> [JSONValue] {
        guard case .array(let list) = value else { throw wrong("a list of texts") }
        if list.count > most {
            throw Refusal(.malformedBody, "\(name): at most \(most), not \(list.count).")
        }
        for item in list {
            guard let text = item.text else { throw wrong("a list of texts") }
            if text.unicodeScalars.count > characters
                || text.unicodeScalars.contains(where: LineText.isRefused)
            {
                throw Refusal(
                    .malformedBody,
                    "\(name): at most \(characters) characters each, no control characters.")
            }
        }
        return list
    }

    private func integers(_ value: JSONValue) throws -> [JSONValue] {
        guard case .array(let list) = value else { throw wrong("a list of whole numbers") }
        if list.count > RouteField.integersMax {
            throw Refusal(.malformedBody, "\(name): at most \(RouteField.integersMax) IDs.")
        }
        return try list.map { item in
            guard let number = item.integer else { throw wrong("a list of whole numbers") }
            return .int(number)
        }
    }

    private func wrong(_ expected: String) -> Refusal {
        Refusal(.malformedBody, "\(name): must be \(expected).")
    }
}
