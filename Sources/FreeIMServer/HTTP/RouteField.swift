/// A field of a route's JSON body (or query, for GET), or a header.
struct RouteField: Sendable {
    enum Kind: Sendable {
        /// Free text of at most so many characters: lines and tabs, no other control characters.
        case text(Int)
        /// One line of at most so many characters, white space at its ends cut off: no control
        /// characters, and none that is invisible or turns the text's direction.
        case line(Int)
        /// At most so many characters of any kind, kept as they come.
        case content(Int)
        /// One of these words.
        case word([String])
        /// At most so many lines of at most so many characters.
        case lines(Int, characters: Int)
        case integer
        /// A whole number of this range; any other is refused.
        case number(ClosedRange<Int64>)
        case integers
        case flag
        case shaped(Shape)
    }

    enum Place: Sendable {
        /// The JSON body, the path, or the query of a GET.
        case call
        case header
    }

    let name: String
    let kind: Kind
    let isRequired: Bool
    let place: Place

    /// A field that must be there; a text must not be empty.
    static func needs(_ name: String, _ kind: Kind, _ place: Place = .call) -> RouteField {
        RouteField(name: name, kind: kind, isRequired: true, place: place)
    }

    /// A field that may be left out (or be null).
    static func takes(_ name: String, _ kind: Kind, _ place: Place = .call) -> RouteField {
        RouteField(name: name, kind: kind, isRequired: false, place: place)
    }

    /// `page` and `perpage` of a listing; both are clamped to what there is.
    static let paging: [RouteField] = [.takes("page", .integer), .takes("perpage", .integer)]
}
