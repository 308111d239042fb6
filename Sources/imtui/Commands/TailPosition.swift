import Foundation
import FreeIMClient

/// Where `tail --after` goes on: a seq, `CHAT:SEQ,…`, or a file with such places.
enum TailPosition: Equatable {
    /// Bytes of a file of places.
    static let fileBytesMax = 16 * 1_024 * 1_024

    /// Of the one chat that is tailed.
    case seq(Int64)
    case places([Int64: Int64])
    case file(String)

    /// Reads the option; digits are never the name of a file.
    init(_ text: String) {
        if let seq = Int64(text) {
            self = .seq(seq)
        } else if let places = TailPosition.places(text) {
            self = .places(places)
        } else {
            self = .file(text)
        }
    }

    /// The places of `5:12,7:3`, or of lines of that; nil when it is nothing of the kind. The
    /// highest seq of a chat counts.
    static func places(_ text: String) -> [Int64: Int64]? {
        var places: [Int64: Int64] = [:]
        for word in text.split(whereSeparator: { ",\n\r ".contains($0) }) {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let chatroomID = Int64(parts[0]), let seq = Int64(parts[1]),
                chatroomID > 0, seq >= 0
            else { return nil }
            places[chatroomID] = max(places[chatroomID] ?? 0, seq)
        }
        return places
    }

    /// The places that a file holds; nil: there is no such file, or it is empty. Throws
    /// `ClientError` for one that holds something else.
    ///
    /// A line that was cut off while it was written holds no place, or a lower one; neither harms.
    static func load(_ path: String) throws -> [Int64: Int64]? {
        guard let data = FileManager.default.contents(atPath: path) else {
            if FileManager.default.fileExists(atPath: path) {
                throw ClientError.unknown("\(path) cannot be read")
            }
            return nil
        }
        if data.isEmpty { return nil }
        var found: [Int64: Int64] = [:]
        var isOne = data.count <= fileBytesMax && data.starts(with: Data(heading.utf8))
        for line in data.split(separator: 0x0a) where data.count <= fileBytesMax {
            guard let places = places(String(decoding: line, as: UTF8.self)) else { continue }
            isOne = true
            found.merge(places) { max($0, $1) }
        }
        if !isOne { throw ClientError.unknown("\(path) holds no places (CHAT:SEQ, one a line)") }
        if data.last != 0x0a { try append("\n", path) }
        return found
    }

    private static let heading = "# places of imtui tail\n"

    /// Begins a file with the places. Throws `ClientError`.
    static func begin(_ places: [Int64: Int64], _ path: String) throws {
        let lines = places.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)\n" }
        try append(heading + lines.joined(), path)
    }

    /// Behind what others write into the file, which may be open elsewhere.
    private static func append(_ text: String, _ path: String) throws {
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        guard file >= 0, Output.write(Array(text.utf8), to: file) == nil else {
            throw ClientError.unknown("\(path) cannot be written")
        }
    }
}
