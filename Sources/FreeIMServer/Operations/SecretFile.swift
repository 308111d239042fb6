import Foundation

/// A secret of the server in a file of its own, mode 0600; made when it is first asked for.
enum SecretFile {
    /// Bytes of randomness in a new secret.
    static let randomBytes = 32

    /// The secret in that file, as hexadecimal text. Throws `StoreError`.
    static func load(_ path: String) throws(StoreError) -> String {
        if let data = FileManager.default.contents(atPath: path) {
            let secret = String(decoding: data, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            if !secret.isEmpty { return secret }
        }
        var random = SystemRandomNumberGenerator()
        let secret = (0..<randomBytes).map { _ in UInt8.random(in: 0...255, using: &random) }.hex
        let made = FileManager.default.createFile(
            atPath: path, contents: Data((secret + "\n").utf8),
            attributes: [.posixPermissions: 0o600])
        guard made else { throw StoreError("\(path) cannot be written") }
        return secret
    }
}

extension Sequence<UInt8> {
    /// The bytes as lower-case hexadecimal text.
    var hex: String {
        map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}
