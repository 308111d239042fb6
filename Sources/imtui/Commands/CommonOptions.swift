import ArgumentParser
import Foundation
import FreeIMClient
import FreeIMProtocol

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: "The profile: one account on this device.")
    var profile = ProcessInfo.processInfo.environment["FREEIM_PROFILE"] ?? "default"

    @Option(help: "HOST:PORT of the server's TCP listener (remembered).")
    var server: String?

    @Option(help: "http://HOST:PORT or https://HOST:PORT of its HTTP listener (remembered).")
    var http: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Speaks TLS, and https where --http says neither (remembered).")
    var tls: Bool?

    @Option(
        help: ArgumentHelp(
            "Authorities to trust beside the system's, PEM; implies --tls (remembered).",
            valueName: "file"))
    var ca: String?

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    func validate() throws {
        let isPlain = profile.allSatisfy { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        guard !profile.isEmpty, isPlain, !profile.hasPrefix(".") else {
            throw ValidationError("--profile takes letters, digits, '-', '_' and '.'")
        }
        if ca != nil, tls == false {
            throw ValidationError("--ca FILE is for TLS; it does not go with --no-tls")
        }
    }

    /// The profile on disk with the addresses given; a new one has a new device ID.
    func loadProfile() throws -> Profile {
        var profile = try Profile.load(profile) ?? Profile()
        if profile.deviceID.isEmpty {
            profile.deviceID = "imtui-" + UUID().uuidString.lowercased()
        }
        let environment = ProcessInfo.processInfo.environment
        if let server = server ?? environment["FREEIM_SERVER_TCP"] { profile.server = server }
        try profile.secure(
            tls: try tls ?? CommonOptions.flag(environment, "FREEIM_SERVER_TLS"),
            ca: ca ?? environment["FREEIM_SERVER_CA"].flatMap { $0.isEmpty ? nil : $0 },
            http: http ?? environment["FREEIM_SERVER_HTTP"])
        return profile
    }

    private static func flag(_ environment: [String: String], _ name: String) throws -> Bool? {
        switch environment[name]?.lowercased() {
        case nil, "": return nil
        case "1", "on", "true", "yes": return true
        case "0", "off", "false", "no": return false
        case let other?: throw ClientError.unknown("\(name)=\(other): write on or off")
        }
    }

    /// A client for who is signed in. Throws `ClientError`.
    func client() throws -> ChatClient {
        let profile = try loadProfile()
        guard !profile.token.isEmpty else { throw ClientError.notSignedIn }
        return try ChatClient(options: try profile.options(self.profile))
    }

    /// Signed out: the profile keeps everything but the token.
    @Sendable
    func forgetToken() {
        guard var profile = try? loadProfile() else { return }
        profile.token = ""
        try? profile.save(self.profile)
    }

    /// Prints one result: an object, or the line for people.
    func show(_ object: JSONValue, _ line: @autoclosure () -> String) {
        if json {
            Output.json(object)
        } else {
            Output.line(line())
        }
    }
}
