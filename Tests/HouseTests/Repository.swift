import Foundation
import Testing

/// The checkout these tests stand in, and the files of it that people write.
struct Repository {
    /// One text file.
    struct File: Sendable, CustomTestStringConvertible {
        /// Path from the root: `Sources/imtui/View.swift`.
        let path: String
        let text: String

        var testDescription: String { path }
        var isGenerated: Bool { path.hasSuffix(".pb.swift") }
        var isSwift: Bool { path.hasSuffix(".swift") }
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        /// `FreeIMCore` of `Sources/FreeIMCore/Backoff.swift`.
        var target: String {
            let parts = path.split(separator: "/")
            return parts.count > 1 ? String(parts[1]) : ""
        }
        var name: String { String(path.split(separator: "/").last ?? "") }
    }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every file below `folder` that ends in one of `endings`, generated ones aside.
    static func files(below folder: String, endings: [String] = [".swift"]) -> [File] {
        let base = root.appendingPathComponent(folder)
        guard
            let walk = FileManager.default.enumerator(
                at: base, includingPropertiesForKeys: nil, options: [.skipsHiddenFiles])
        else { return [] }
        var files: [File] = []
        for case let url as URL in walk {
            guard endings.contains(where: { url.lastPathComponent.hasSuffix($0) }),
                let text = try? String(contentsOf: url, encoding: .utf8)
            else { continue }
            let path = String(url.path.dropFirst(root.path.count + 1))
            let file = File(path: path, text: text)
            if !file.isGenerated { files.append(file) }
        }
        return files.sorted { $0.path < $1.path }
    }

    static let sources = files(below: "Sources") + files(below: "sql")
    static let tests = files(below: "Tests")
    static let scripts = files(below: "test", endings: [".py", ".sh", ".bash"])
}
