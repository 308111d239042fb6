import Foundation
import FreeIMClient

/// Markdown: a heading a day, an item a message.
struct MarkdownExport: ExportFormat {
    let client: ChatClient

    func beginning(_ chat: CachedConversation) -> String {
        "# \(MarkdownExport.escaped(chat.title.isEmpty ? "\(chat.chatroomID)" : chat.title))\n"
    }

    func day(_ day: String) -> String { "\n## \(day)\n\n" }
    var end: String { "" }

    func message(_ message: ChatMessage) -> String {
        let time = TimeText.minute(message.time)
        if message.code >= 8, !message.isRecalled {
            let words = MessageText.words(message, client.cache.name)
            return "- \(time) *\(MarkdownExport.escaped(words))*\n"
        }
        var item = "- \(time) **\(MarkdownExport.escaped(client.cache.name(message.userID)))**"
        if let quote = message.quote {
            let name = MarkdownExport.escaped(client.cache.name(quote.userID))
            item += " to \(name): “\(MarkdownExport.escaped(QuoteText.words(quote)))”"
        }
        let words = MessageText.words(message, client.cache.name)
        item += ": " + MarkdownExport.escaped(words)
        for reaction in message.reactions {
            let count = reaction.userIDs.count
            item += " \(MarkdownExport.escaped(reaction.emoji))" + (count > 1 ? "×\(count)" : "")
        }
        return item + "\n"
    }

    func missing(_ seqs: ClosedRange<Int64>) -> String {
        "- *\(seqs.count) messages are missing here*\n"
    }

    /// Text that Markdown shows as it is; its further lines belong to the same item.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        var isLineStart = true
        for character in SafeText.escaped(text, keepsNewlines: true) {
            switch character {
            case "\n":
                escaped += "\\\n  "
                isLineStart = true
                continue
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\\", "`", "*", "_", "[", "]", "#", "|", "~": escaped += "\\\(character)"
            case "-" where isLineStart, "+" where isLineStart, "=" where isLineStart:
                escaped += "\\\(character)"
            case ".", ")":
                let line = escaped.split(separator: "\n").last ?? ""
                let isNumber = !line.isEmpty && line.allSatisfy { $0.isNumber || $0 == " " }
                escaped += isNumber ? "\\\(character)" : "\(character)"
            default: escaped.append(character)
            }
            if character != " " { isLineStart = false }
        }
        return escaped
    }
}

/// One line of a message that a reply answers.
enum QuoteText {
    static func words(_ quote: ChatMessage.Quote) -> String {
        if quote.isRecalled { return "[recalled]" }
        let text =
            FileContent.codes.contains(quote.code)
            ? "[file] \(SentFile(content: quote.text).name)" : quote.text
        return text.replacingOccurrences(of: "\n", with: " ")
    }
}
