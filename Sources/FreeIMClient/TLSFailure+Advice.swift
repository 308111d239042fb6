import FreeIMHTTPClient

extension TLSFailure {
    /// What happened, and what to do about it.
    public var advice: String {
        switch reason {
        case .untrusted:
            description + ": give --ca FILE, a PEM file with the certificate of its authority "
                + "(or with its own, when it signed itself)"
        case .wrongName:
            description + ": connect by one that is in it, or have it made for this one"
        case .notTLS: description + ": connect without --tls (--no-tls), or to its TLS port"
        case .handshake: description + ": is it a TLS port, and with TLS 1.2 or later?"
        case .setup: description
        }
    }
}
