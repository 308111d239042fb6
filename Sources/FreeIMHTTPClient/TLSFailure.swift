import NIOSSL

/// Why a connection with TLS is none.
public struct TLSFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable {
        /// The certificate leads to no authority that is trusted here, or is not valid now.
        case untrusted
        /// It is for another name or address.
        case wrongName
        /// The peer does not speak TLS.
        case notTLS
        /// The peer broke the handshake off, or speaks no version that we do.
        case handshake
        /// Something on this side: a file with authorities that cannot be read.
        case setup
    }

    public let reason: Reason
    /// What happened, as a sentence's middle.
    public let description: String

    init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }

    /// What the library's error means; nil: it is none of TLS.
    init?(of error: any Error) {
        if let error = error as? NIOSSLExtraError {
            let isName =
                error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch
            self.init(
                isName ? .wrongName : .handshake,
                isName
                    ? "the server's certificate is for another name or address"
                    : "the TLS handshake failed: \(error)")
            return
        }
        guard let error = error as? NIOSSLError else { return nil }
        let words = "\(error)"
        if case .unableToValidateCertificate = error {
            self.init(.wrongName, "the server's certificate is for another name or address")
        } else if words.contains("CERTIFICATE_VERIFY_FAILED") {
            self.init(.untrusted, "the server's certificate is not trusted, or not valid now")
        } else if words.contains("WRONG_VERSION_NUMBER") || words.contains("HTTP_REQUEST") {
            self.init(.notTLS, "the server does not speak TLS there")
        } else if words.contains("EOF during handshake") || words.contains("eofDuringHandshake") {
            self.init(.handshake, "the server broke the TLS handshake off")
        } else {
            self.init(.handshake, "the TLS handshake failed: \(words)")
        }
    }
}
