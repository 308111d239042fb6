import FreeIMHTTPClient

extension ClientError {
    /// What a call that has no answer means here.
    init(_ error: HTTPCallError) {
        switch error {
        case .file(let reason): self = .unknown(reason)
        case .tls(let failure): self = .offline(failure.advice)
        case .unreachable(let reason): self = .offline(reason)
        case .timedOut, .tooLarge: self = .offline("\(error)")
        }
    }
}
