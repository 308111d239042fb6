import Foundation

/// The operator's token: made on the first start in `DIR/admin.token`, mode 0600.
enum AdminToken {
    /// Bytes of randomness in a new token.
    static let randomBytes = 32

    /// The token in `directory`, made when there is none. Throws `StoreError`.
    static func load(_ directory: String) throws(StoreError) -> String {
        let path = directory + "/admin.token"
        if let data = FileManager.default.contents(atPath: path) {
            let token = String(decoding: data, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            if !token.isEmpty { return token }
        }
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<randomBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
        let token = bytes.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
        let made = FileManager.default.createFile(
            atPath: path, contents: Data((token + "\n").utf8),
            attributes: [.posixPermissions: 0o600])
        guard made else { throw StoreError("\(path) cannot be written") }
        return token
    }
}
