import Foundation
import NIOConcurrencyHelpers
import NIOSSL

/// The certificate and key that every listener shows, read again at SIGHUP.
///
/// A handshake uses what was read last; connections that are open keep what they began with.
final class ServerCertificates: Sendable {
    private let certificatePath: String
    private let keyPath: String
    private let context: NIOLockedValueBox<NIOSSLContext>

    /// Reads both files; throws `StoreError`, one line that says what to do.
    init(certificatePath: String, keyPath: String) throws(StoreError) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        do {
            context = NIOLockedValueBox(
                try ServerCertificates.read(certificatePath: certificatePath, keyPath: keyPath))
        } catch {
            throw StoreError("TLS: \(error.message)")
        }
    }

    /// The certificates that the configuration names; nil: no TLS.
    convenience init?(_ config: ServerConfig) throws(StoreError) {
        guard let certificate = config.tlsCert, let key = config.tlsKey else { return nil }
        try self.init(certificatePath: certificate, keyPath: key)
    }

    /// Reads both files again; when that fails the old ones stay. Throws `StoreError`.
    func reload() throws(StoreError) {
        do {
            let read = try ServerCertificates.read(
                certificatePath: certificatePath, keyPath: keyPath)
            context.withLockedValue { $0 = read }
        } catch {
            throw StoreError("\(error.message); the certificate from before stays in use")
        }
    }

    /// A handler for one new connection.
    func makeHandler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: context.withLockedValue { $0 })
    }

    /// What is wrong with the files that the configuration names, each with its key; empty:
    /// nothing, or no TLS.
    static func problem(_ config: ServerConfig) -> (key: String, message: String)? {
        guard let certificate = config.tlsCert, let key = config.tlsKey else { return nil }
        do {
            _ = try read(certificatePath: certificate, keyPath: key)
            return nil
        } catch {
            return (error.isOfKey ? "tls-key" : "tls-cert", error.message)
        }
    }

    private struct Trouble: Error {
        let isOfKey: Bool
        let message: String
    }

    private static func read(
        certificatePath: String, keyPath: String
    ) throws(Trouble) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        let pem = try bytes(of: certificatePath, isOfKey: false)
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(pem)
        } catch {
            throw Trouble(
                isOfKey: false,
                message: "\(certificatePath) is no certificate; give a PEM chain, its own first")
        }
        let key: NIOSSLPrivateKey
        let keyPEM = try bytes(of: keyPath, isOfKey: true)
        do {
            key = try NIOSSLPrivateKey(bytes: keyPEM, format: .pem)
        } catch {
            throw Trouble(
                isOfKey: true,
                message: "\(keyPath) is no private key; give a PEM key without a passphrase")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Trouble(
                isOfKey: true,
                message: "the key in \(keyPath) does not belong to the certificate in "
                    + "\(certificatePath); give a pair that does")
        }
    }

    private static func bytes(of path: String, isOfKey: Bool) throws(Trouble) -> [UInt8] {
        if access(path, R_OK) == 0, let data = FileManager.default.contents(atPath: path) {
            return Array(data)
        }
        let reason = String(cString: strerror(errno))
        throw Trouble(
            isOfKey: isOfKey, message: "cannot read \(path): \(reason); give a file that can be")
    }
}
