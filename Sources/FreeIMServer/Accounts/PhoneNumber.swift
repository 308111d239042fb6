import FreeIMProtocol

/// A phone number as it is kept: `+` and 7 to 15 digits (E.164), or, written without `+`, a
/// national number's 5 to 15 digits.
///
/// A national number is a name of its own: the server does not know which country is meant.
struct PhoneNumber: Sendable, Equatable {
    /// Characters of a number as a person writes it.
    static let writtenMax = 32
    private static let internationalDigits = 7...15
    private static let nationalDigits = 5...15

    let text: String

    /// Reads a number; blanks, hyphens, dots and parentheses between digits mean nothing.
    ///
    /// Errors: `malformed_body`. Digits of other scripts are refused and not read as ours.
    init(_ written: String) throws {
        var digits = ""
        var hasPlus = false
        for (index, scalar) in written.unicodeScalars.enumerated() {
            switch scalar {
            case "0"..."9": digits.unicodeScalars.append(scalar)
            case "+" where index == 0: hasPlus = true
            case " ", "-", ".", "(", ")": continue
            default: throw PhoneNumber.malformed
            }
        }
        let range = hasPlus ? PhoneNumber.internationalDigits : PhoneNumber.nationalDigits
        guard range.contains(digits.count), !(hasPlus && digits.hasPrefix("0")) else {
            throw PhoneNumber.malformed
        }
        text = (hasPlus ? "+" : "") + digits
    }

    private static let malformed = Refusal(
        .malformedBody, "phone: digits with the country code, as in +8613800138000.")
}
