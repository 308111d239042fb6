import Foundation

/// A certificate that a run's own server has: signed by itself, for loopback alone.
enum OwnCertificate {
    private static let days = "30"
    private static let names = "subjectAltName=IP:127.0.0.1,DNS:localhost"

    /// Has `openssl` write the two; blocks. Throws `BenchError`.
    static func make(certificate: String, key: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=imbench", "-addext", names,
            "-days", days, "-keyout", key, "-out", certificate,
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw BenchError(.usage, "openssl cannot be started: \(error)")
        }
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            throw BenchError(
                .usage,
                "openssl, which makes the server's certificate, is not there or failed "
                    + "(\(process.terminationStatus)); install it, or name --tls-cert and "
                    + "--tls-key in server.spawn")
        }
    }
}
