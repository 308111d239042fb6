import NIOCore
import NIOSSL

/// How a client speaks TLS: it verifies the chain, the validity, and the name or the address.
///
/// Made once and used for any number of connections.
public struct ClientTLS: Sendable {
    /// Whose word counts.
    public enum Trust: Sendable, Equatable {
        /// The system's authorities.
        case system
        /// Those of a PEM file, beside the system's; a certificate that signed itself, too.
        case file(String)
        /// That of the first certificate in a PEM file, and no other, whatever name it bears: for
        /// whoever can read the server's own files.
        case exactly(String)
    }

    /// Bytes of a file with authorities.
    public static let fileBytesMax = 4 * 1_024 * 1_024
    /// Seconds that the peer's goodbye is waited for.
    static let goodbyeSecondsMax: Int64 = 2

    private let context: NIOSSLContext
    /// The one certificate that counts; nil: whatever the context verifies.
    private let pinned: NIOSSLCertificate?

    /// Reads the authorities. Throws `TLSFailure` for a file that holds none.
    public init(_ trust: Trust) throws(TLSFailure) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.shutdownTimeout = .seconds(ClientTLS.goodbyeSecondsMax)
        switch trust {
        case .system: pinned = nil
        case .file(let path):
            pinned = nil
            configuration.additionalTrustRoots = [.certificates(try ClientTLS.read(path))]
        case .exactly(let path):
            pinned = try ClientTLS.read(path).first
            configuration.certificateVerification = .noHostnameVerification
        }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSFailure(.setup, "TLS cannot be set up: \(error)")
        }
    }

    private static func read(_ path: String) throws(TLSFailure) -> [NIOSSLCertificate] {
        let bytes: [UInt8]
        do {
            bytes = try FileSource(path).all(most: fileBytesMax)
        } catch {
            throw TLSFailure(.setup, "\(path) cannot be read: \(error)")
        }
        let certificates = (try? NIOSSLCertificate.fromPEMBytes(bytes)) ?? []
        if certificates.isEmpty {
            throw TLSFailure(.setup, "\(path) holds no certificate; it has to be a PEM file")
        }
        return certificates
    }

    /// Puts TLS to `host` before all that the channel has; on the channel's event loop.
    ///
    /// What goes wrong with it is fired as `TLSFailure`.
    public func add(to channel: any Channel, host: String) throws {
        let handler: NIOSSLClientHandler
        if let pinned {
            handler = try NIOSSLClientHandler(
                context: context, serverHostname: nil,
                customVerificationCallback: { chain, verdict in
                    let isIt = chain.first == pinned
                    verdict.succeed(isIt ? .certificateVerified : .failed)
                })
            let pipeline = channel.pipeline.syncOperations
            return try pipeline.addHandlers([handler, TLSErrorNamer()], position: .first)
        }
        do {
            handler = try NIOSSLClientHandler(context: context, serverHostname: host)
        } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
            // Without a name, it is the peer's address that the certificate has to have.
            handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([handler, TLSErrorNamer()], position: .first)
    }
}

/// Says what the library's errors mean.
private final class TLSErrorNamer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An end without a goodbye is an end: what was cut short, its reader sees.
        if case NIOSSLError.uncleanShutdown = error { return }
        context.fireErrorCaught(TLSFailure(of: error) ?? error)
    }
}
