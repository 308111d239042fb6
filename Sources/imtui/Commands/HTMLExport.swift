import Foundation
import FreeIMClient

/// One HTML file that needs no other, in light and in dark; everything from others is escaped.
struct HTMLExport: ExportFormat {
    let client: ChatClient

    private static let style = """
        :root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--own:#dff1e3;--text:#1c1e21;
        --soft:#697077;--rule:#d9dce1;--light:38%}
        @media(prefers-color-scheme:dark){:root{--page:#15171a;--card:#22262b;--own:#1d3a2a;
        --text:#e4e6e9;--soft:#9aa1a9;--rule:#343a41;--light:70%}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--text);
        font:16px/1.45 system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC",sans-serif}
        main{max-width:46rem;margin:0 auto;padding:1.5rem 1rem 4rem}
        h1{font-size:1.4rem;margin:0 0 .2rem}
        h2{font-size:.8rem;font-weight:600;color:var(--soft);text-align:center;
        margin:1.6rem 0 .8rem;position:sticky;top:.4rem}
        h2 span{background:var(--page);border:1px solid var(--rule);border-radius:1rem;
        padding:.15rem .7rem}
        .about,.note,.gap{color:var(--soft);font-size:.85rem}
        .note,.gap{text-align:center;margin:.5rem 0}
        .gap{border:1px dashed var(--rule);border-radius:.5rem;padding:.3rem}
        article{display:table;max-width:85%;background:var(--card);border-radius:.7rem;
        padding:.4rem .75rem .45rem;margin:.3rem 0;overflow-wrap:anywhere}
        article.own{background:var(--own);margin-left:auto}
        header{font-size:.8rem;color:var(--soft)}
        header b{color:hsl(var(--hue) 65% var(--light))}
        article p{margin:0;white-space:pre-wrap}
        blockquote{margin:.2rem 0 .3rem;padding-left:.6rem;border-left:3px solid var(--rule);
        color:var(--soft);font-size:.85rem}
        .gone{font-style:italic;color:var(--soft)}
        .marks{font-size:.8rem}
        .marks span{border:1px solid var(--rule);border-radius:1rem;padding:.05rem .45rem;
        margin-right:.25rem}
        a{color:inherit}
        @media print{body{background:#fff}article{break-inside:avoid}}
        """

    func beginning(_ chat: CachedConversation) -> String {
        let title = chat.title.isEmpty ? "\(chat.chatroomID)" : chat.title
        let name = HTMLExport.escaped(title)
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width,initial-scale=1">
            <meta http-equiv="Content-Security-Policy" \
            content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="referrer" content="no-referrer">
            <title>\(name)</title>
            <style>
            \(HTMLExport.style)
            </style></head>
            <body><main>
            <h1 dir="auto">\(name)</h1>
            <p class="about">chat \(chat.chatroomID)</p>

            """
    }

    func day(_ day: String) -> String { "<h2><span>\(day)</span></h2>\n" }
    var end: String { "</main></body></html>\n" }

    func message(_ message: ChatMessage) -> String {
        let time = TimeText.minute(message.time)
        let name = HTMLExport.escaped(client.cache.name(message.userID))
        let words = MessageText.words(message, client.cache.name)
        if message.code >= 8, !message.isRecalled {
            return "<p class=\"note\" id=\"m\(message.seq)\" dir=\"auto\">"
                + "\(HTMLExport.escaped(words)) · \(time)</p>\n"
        }
        let own = message.userID == client.userID ? " class=\"own\"" : ""
        var html = "<article id=\"m\(message.seq)\"\(own)><header>"
        html += "<b style=\"--hue:\(HTMLExport.hue(message.userID))\" dir=\"auto\">\(name)</b> "
        html += "<a href=\"#m\(message.seq)\">\(time)</a></header>"
        if let quote = message.quote {
            let answered = HTMLExport.escaped(client.cache.name(quote.userID))
            html += "<blockquote dir=\"auto\"><a href=\"#m\(quote.seq)\">\(answered)</a>: "
            html += HTMLExport.escaped(QuoteText.words(quote)) + "</blockquote>"
        }
        let gone = message.isRecalled ? " class=\"gone\"" : ""
        html += "<p dir=\"auto\"\(gone)>\(HTMLExport.linked(words))</p>"
        if !message.reactions.isEmpty {
            let marks = message.reactions.map { reaction in
                "<span>\(HTMLExport.escaped(reaction.emoji)) \(reaction.userIDs.count)</span>"
            }
            html += "<div class=\"marks\">\(marks.joined())</div>"
        }
        return html + "</article>\n"
    }

    func missing(_ seqs: ClosedRange<Int64>) -> String {
        "<p class=\"gap\">\(seqs.count) messages are missing here</p>\n"
    }

    /// The colour of a user's name, the same everywhere.
    private static func hue(_ userID: Int64) -> Int64 {
        Int64(UInt64(bitPattern: userID) &* 0x9e37_79b9_7f4a_7c15 >> 40) % 360
    }

    /// Text as HTML shows it, without control characters.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in SafeText.escaped(text, keepsNewlines: true).unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// The text, its web addresses as links.
    static func linked(_ text: String) -> String {
        var html = ""
        var rest = text[...]
        while let start = nextAddress(rest) {
            html += escaped(String(rest[..<start]))
            var address = rest[start...].prefix { !$0.isWhitespace && !"<>\"'`".contains($0) }
            while let last = address.last, ".,;:!?)]}。，；：！？）」".contains(last) {
                address.removeLast()
            }
            let shown = escaped(String(address))
            html += "<a href=\"\(shown)\" rel=\"noreferrer nofollow\">\(shown)</a>"
            rest = rest[address.endIndex...]
        }
        return html + escaped(String(rest))
    }

    private static func nextAddress(_ text: Substring) -> Substring.Index? {
        let starts = ["https://", "http://"].compactMap { text.range(of: $0)?.lowerBound }
        return starts.min()
    }
}
