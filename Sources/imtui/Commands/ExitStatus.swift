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

    static let help = """
        Exit codes: 0 done, 1 refused or failed, 2 verify found gaps or doubles, 3 the server \
        cannot be reached, 4 usage or configuration, 5 not signed in.
        """

    static func code(for error: any Error) -> Int32 {
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
