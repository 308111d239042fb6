import FreeIMClient
import FreeIMProtocol

/// Why a request was not carried out.
struct RPCFault: Error, Equatable, Sendable {
    var id: JSONValue
    /// A code of the protocol, or one of imtui's own.
    var code: String
    var message: String
    /// Whether it certainly was not done.
    var definite: Bool

    init(_ id: JSONValue, _ code: String, _ message: String, definite: Bool = true) {
        self.id = id
        self.code = code
        self.message = message
        self.definite = definite
    }

    /// What an error says to a program.
    init(_ id: JSONValue, _ error: any Error) {
        self.init(id, "failed", "\(error)", definite: false)
        if let mistake = error as? CommandMistake {
            (code, definite) = (mistake.kind.rawValue, true)
        }
        guard let error = error as? ClientError else { return }
        switch error {
        case .refused(let code, _): (self.code, definite) = (code, true)
        case .offline: code = "offline"
        case .cache: code = "cache"
        case .notSignedIn: (code, definite) = ("not_signed_in", true)
        case .unknown: (code, definite) = ("unknown", true)
        }
    }

    /// The line that says so.
    var json: JSONValue {
        [
            "id": id,
            "error": [
                "code": .string(code), "message": .string(message), "definite": .bool(definite),
            ],
        ]
    }
}
