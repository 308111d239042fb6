import Foundation
import FreeIMClient
import FreeIMHTTPClient
import FreeIMProtocol

/// Who is signed in on this device, and where: a file of mode 0600 in the config folder.
struct Profile: Codable {
    var account = ""
    var nickname = ""
    var userID: Int64 = 0
    var token = ""
    var deviceID = ""
    /// HOST:PORT of the server's TCP listener.
    var server = "127.0.0.1:2000"
    /// http://HOST:PORT or https://HOST:PORT of the server's HTTP listener.
    var http = "http://127.0.0.1:8080"
    /// Whether the TCP listener speaks TLS; nil: no.
    var tls: Bool?
    /// The file with authorities beside the system's, an absolute path.
    var ca: String?

    /// `$XDG_CONFIG_HOME/freeim/NAME.json`.
    static func path(_ name: String) -> String {
        folder("XDG_CONFIG_HOME", "/.config") + "/\(name).json"
    }

    /// `$XDG_DATA_HOME/freeim/NAME.sqlite`.
    static func cachePath(_ name: String) -> String {
        folder("XDG_DATA_HOME", "/.local/share") + "/\(name).sqlite"
    }

    private static func folder(_ variable: String, _ otherwise: String) -> String {
        let environment = ProcessInfo.processInfo.environment
        let base = environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (base ?? (environment["HOME"] ?? "/tmp") + otherwise) + "/freeim"
    }

    /// The profile on disk; nil: none. Throws `ClientError.cache` for one that cannot be read.
    static func load(_ name: String) throws -> Profile? {
        guard let data = FileManager.default.contents(atPath: path(name)) else { return nil }
        do {
            return try JSONDecoder().decode(Profile.self, from: data)
        } catch {
            throw ClientError.cache("\(path(name)) is not a profile; remove it and sign in again")
        }
    }

    func save(_ name: String) throws {
        let path = Profile.path(name)
        let folder = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let temporary = path + ".new"
        let made = FileManager.default.createFile(
            atPath: temporary, contents: try encoder.encode(self),
            attributes: [.posixPermissions: 0o600])
        guard made, rename(temporary, path) == 0 else {
            throw ClientError.cache("\(path) cannot be written")
        }
    }

    /// Takes what is said of TLS now; an HTTP address without a scheme, and one that is not said
    /// now, goes with it.
    mutating func secure(tls said: Bool?, ca file: String?, http address: String?) throws {
        if let file {
            ca = URL(fileURLWithPath: file).standardizedFileURL.path
            tls = true
        }
        if let said { tls = said }
        let scheme = tls == true ? "https://" : "http://"
        if let address {
            http = Profile.bare(address) == address ? scheme + address : address
        } else if said != nil || file != nil {
            http = scheme + Profile.bare(http)
        }
    }

    /// An address without its scheme.
    static func bare(_ address: String) -> String {
        for scheme in ["http://", "https://"] where address.hasPrefix(scheme) {
            return String(address.dropFirst(scheme.count))
        }
        return address
    }

    /// What the client needs to know. Throws `ClientError.unknown` for a bad address.
    func options(_ name: String) throws -> ChatClientOptions {
        var options = ChatClientOptions()
        (options.host, options.port) = try Profile.address(server)
        (options.httpHost, options.httpPort) = try Profile.address(
            Profile.bare(http))
        let isSecure = (tcp: tls == true, http: http.hasPrefix("https://"))
        if isSecure.tcp || isSecure.http {
            let made: ClientTLS
            do {
                made = try ClientTLS(ca.map { .file($0) } ?? .system)
            } catch {
                throw ClientError.unknown(error.advice)
            }
            if isSecure.tcp { options.tls = made }
            if isSecure.http { options.httpTLS = made }
        }
        options.userID = userID
        options.token = token
        options.deviceID = deviceID
        options.cachePath = Profile.cachePath(name)
        return options
    }

    private static func address(_ text: String) throws -> (String, Int) {
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let colon = trimmed.lastIndex(of: ":"),
            let port = Int(trimmed[trimmed.index(after: colon)...]), (1...65_535).contains(port)
        else { throw ClientError.unknown("'\(text)' is not HOST:PORT") }
        return (String(trimmed[..<colon]), port)
    }
}
