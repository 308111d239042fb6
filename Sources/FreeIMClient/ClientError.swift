/// What a person or a script is told when something cannot be done.
public enum ClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The server refused: one of the protocol's codes, and its words.
    case refused(code: String, message: String)
    /// No connection to the server now.
    case offline(String)
    /// The cache cannot be used.
    case cache(String)
    /// Nobody is signed in with this profile.
    case notSignedIn
    /// Something named does not exist here.
    case unknown(String)

    public var description: String {
        switch self {
        case .refused(let code, let message): message.isEmpty ? code : "\(message) (\(code))"
        case .offline(let reason): "the server cannot be reached: \(reason)"
        case .cache(let reason): "the local cache cannot be used: \(reason)"
        case .notSignedIn: "not signed in; use 'imtui login' or 'imtui register' first"
        case .unknown(let what): what
        }
    }
}
