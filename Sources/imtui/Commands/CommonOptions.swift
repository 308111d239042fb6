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

    @Option(help: "http://HOST:PORT of the server's HTTP listener (remembered).")
    var http: String?

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    func validate() throws {
        let isPlain = profile.allSatisfy { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        guard !profile.isEmpty, isPlain, !profile.hasPrefix(".") else {
            throw ValidationError("--profile takes letters, digits, '-', '_' and '.'")
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
        if let http = http ?? environment["FREEIM_SERVER_HTTP"] { profile.http = http }
        return profile
    }

    /// A client for who is signed in. Throws `ClientError`.
    func client() throws -> ChatClient {
        let profile = try loadProfile()
        guard !profile.token.isEmpty else { throw ClientError.notSignedIn }
        return try ChatClient(options: try profile.options(self.profile))
    }

    /// Prints one result: an object, or the line for people.
    func show(_ object: JSONValue, _ line: @autoclosure () -> String) {
        if json {
            let bytes = (try? object.bytes()) ?? []
            Output.line(String(decoding: bytes, as: UTF8.self))
        } else {
            Output.line(line())
        }
    }
}

/// Standard output, a line at a time; ends quietly when nobody reads any more.
enum Output {
    static func line(_ text: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
        } catch {
            exit(0)
        }
    }

    static func complaint(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(("imtui: " + text + "\n").utf8))
    }

    /// A message as JSON, schema version 1.
    static func json(_ message: ChatMessage, _ client: ChatClient) -> JSONValue {
        [
            "v": 1, "chatroom_id": .int(message.chatroomID), "seq": .int(message.seq),
            "message_id": .string(message.messageID), "user_id": .int(message.userID),
            "name": .string(client.cache.name(message.userID)),
            "code": .int(Int64(message.code)), "content": .string(message.content),
            "time": .int(message.time), "is_edited": .bool(message.isEdited),
            "is_recalled": .bool(message.isRecalled),
        ]
    }

    /// A message as a line, without anything that a terminal would obey.
    static func text(_ message: ChatMessage, _ client: ChatClient) -> String {
        let date = Date(timeIntervalSince1970: Double(message.time) / 1_000)
        let format = DateFormatter()
        format.dateFormat = "HH:mm:ss"
        let name =
            message.userID == client.userID ? "me" : client.cache.name(message.userID)
        let words = SystemEntry.words(message, client.cache.name) ?? message.content
        let note = message.isRecalled ? "[recalled]" : message.isEdited ? " [edited]" : ""
        let line = "#\(message.seq) \(format.string(from: date)) \(name): \(words)\(note)"
        return SafeText.escaped(line)
    }
}
