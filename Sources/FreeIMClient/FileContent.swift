import Foundation

/// The Content of a message that carries a file, read leniently.
struct FileContent: Equatable {
    /// Where it is; a Content that is no JSON object is taken as the address itself.
    let url: String
    /// What to call it: its name, else the last part of the address.
    let name: String

    /// Whether messages of that code carry a file.
    static func isFile(_ code: Int) -> Bool { code == 2 || (4...6).contains(code) }

    init(_ content: String) {
        let parsed = try? JSONSerialization.jsonObject(with: Data(content.utf8))
        let object = parsed as? [String: Any]
        let url = object?["url"] as? String ?? (object == nil ? content : "")
        let name = object?["name"] as? String ?? ""
        self.url = url
        self.name = name.isEmpty ? String(url.split(separator: "/").last ?? "") : name
    }
}
