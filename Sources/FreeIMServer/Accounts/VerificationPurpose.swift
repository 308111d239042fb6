/// What a verification code is for; a code for one purpose opens no other.
enum VerificationPurpose: String, Sendable, CaseIterable {
    /// Signing in, and registering the number the first time.
    case login
    /// Deleting an account that has no password.
    case delete

    /// The words that `/common/send.sms` takes; `register` is what some clients ask for first.
    static let words = ["login", "register", "delete"]

    /// The purpose that a word names; nil: none.
    init?(word: String) {
        switch word {
        case "register": self = .login
        default: self.init(rawValue: word)
        }
    }
}
