import FreeIMClient
import FreeIMProtocol

/// An object a line, as `tail --json` writes them; what is missing is a line too.
struct JSONLinesExport: ExportFormat {
    let client: ChatClient

    func beginning(_ chat: CachedConversation) -> String { "" }
    func day(_ day: String) -> String { "" }
    var end: String { "" }

    func message(_ message: ChatMessage) -> String {
        line(MessageText.json(message, client))
    }

    func missing(_ seqs: ClosedRange<Int64>) -> String {
        line(["v": 1, "missing": [.int(seqs.lowerBound), .int(seqs.upperBound)]])
    }

    private func line(_ object: JSONValue) -> String {
        String(decoding: (try? object.bytes()) ?? [], as: UTF8.self) + "\n"
    }
}
