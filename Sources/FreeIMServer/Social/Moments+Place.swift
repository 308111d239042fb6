import FreeIMProtocol

extension Moments {
    /// Where a moment was.
    struct Place: Sendable {
        /// Characters of its name.
        static let nameCharactersMax = 128
        static let shape = Shape.object(["name": .text]).adding(optional: [
            "latitude": .number, "longitude": .number,
        ])

        private let fields: [String: JSONValue]

        /// Takes a value of `shape`. Throws `malformed_body` for a name that is none, and for
        /// coordinates that are nowhere or one alone.
        init(_ value: JSONValue) throws {
            let name = (value["name"].text ?? "").trimmingWhitespace()
            let isName =
                (1...Place.nameCharactersMax).contains(name.unicodeScalars.count)
                && !name.unicodeScalars.contains(where: LineText.isRefused)
            guard isName else {
                throw Refusal(
                    .malformedBody,
                    "place.name: one line of 1 to \(Place.nameCharactersMax) characters.")
            }
            var fields: [String: JSONValue] = ["name": .string(name)]
            let given = [("latitude", 90.0), ("longitude", 180.0)]
            for (key, most) in given where value[key] != .null {
                guard let degrees = Place.degrees(value[key]), degrees.magnitude <= most else {
                    throw Refusal(.malformedBody, "place.\(key): −\(Int(most)) to \(Int(most)).")
                }
                fields[key] = .double(degrees)
            }
            if fields.count == 2 {
                throw Refusal(.malformedBody, "place: latitude and longitude go together.")
            }
            self.fields = fields
        }

        private static func degrees(_ value: JSONValue) -> Double? {
            switch value {
            case .int(let whole): Double(whole)
            case .double(let number): number.isFinite ? number : nil
            case .null, .bool, .string, .array, .object: nil
            }
        }

        /// The place as it is kept.
        func text() throws -> String {
            String(decoding: try JSONValue.object(fields).bytes(), as: UTF8.self)
        }
    }
}
