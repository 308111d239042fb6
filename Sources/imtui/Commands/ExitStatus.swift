import ArgumentParser
import FreeIMClient

/// What imtui's exit codes mean.
enum ExitStatus {
    /// Done.
    static let success: Int32 = 0
    /// Refused by the server, or failed.
    static let failed: Int32 = 1
    /// `verify` found seqs that are missing or doubled.
    static let incomplete: Int32 = 2
    /// The server cannot be reached (a send is kept and goes out later).
    static let unreachable: Int32 = 3
    /// A wrong command line or configuration.
    static let usage: Int32 = 4
    /// Nobody is signed in.
    static let notSignedIn: Int32 = 5

    /// Each code, and what it means.
    static let meanings: [(code: Int32, meaning: String)] = [
        (success, "done"), (failed, "refused by the server, or failed"),
        (incomplete, "verify or export found gaps or doubles"),
        (
            unreachable,
            "the server cannot be reached; what was to be sent is kept and goes out later"
        ),
        (usage, "a wrong command line, configuration or cache"),
        (notSignedIn, "nobody is signed in"),
    ]

    static let help =
        "Exit codes: " + meanings.map { "\($0.code) \($0.meaning)" }.joined(separator: "; ") + "."

    static func code(for error: any Error) -> Int32 {
        if error is CommandMistake || error is TerminalError { return usage }
        guard let error = error as? ClientError else { return failed }
        switch error {
        case .refused(let code, _):
            return code == "bad_token" || code == "token_expired" ? notSignedIn : failed
        case .offline: return unreachable
        case .cache: return usage
        case .notSignedIn: return notSignedIn
        case .unknown: return usage
        }
    }
}
