import Foundation
import FreeIMClient

/// The rows of one item of a timeline.
enum TimelineLayout {
    /// Columns before a text: the time, the mark of browse mode.
    static let indent = 6
    /// Columns of text in a line at most.
    static let textColumnsMax = 100
    /// Characters of a message that are shown.
    static let charactersMax = 8_000

    /// What the rows depend on besides the item.
    struct Setting: Equatable {
        /// Columns of the timeline.
        var columns: Int
        var ownID: Int64
        var names: [Int64: String]
        var is24Hours = true
        /// The item that browse mode stands on.
        var chosen: TimelineItem.Key?
        /// Text to emphasise, in lower case; empty: none.
        var emphasis = ""

        /// Columns of text.
        var textColumns: Int { max(4, min(columns - indent - 1, textColumnsMax)) }

        func name(_ userID: Int64) -> String {
            userID == ownID ? "me" : names[userID] ?? "user \(userID)"
        }

        /// Who did something, in a sentence.
        func actor(_ userID: Int64) -> String { userID == ownID ? "you" : name(userID) }
    }

    /// The rows, from the top on; at least one for every item but an act on another message.
    static func rows(_ item: TimelineItem, _ setting: Setting) -> [[Span]] {
        let isChosen = setting.chosen == item.key
        switch item {
        case .start: return [rule("the beginning", setting, .quiet)]
        case .day(let text, _): return [rule(text, setting, .quiet)]
        case .unread: return [rule("new", setting, Style(ink: .accent, isBold: true))]
        case .hole(let range, let isLoading):
            let count = range.upperBound - range.lowerBound + 1
            let what = count == 1 ? "1 message" : "\(grouped(count)) messages"
            let text = isLoading ? "loading \(what)…" : "\(what) not loaded"
            let mark = isChosen ? "▸ \(text) — Enter loads" : text
            return [rule(mark, setting, Style(ink: .warning, isBold: isChosen))]
        case .message(let message, let showsName):
            return mark(lines(message, showsName, setting), isChosen)
        }
    }

    /// Rows of an item.
    static func height(_ item: TimelineItem, _ setting: Setting) -> Int {
        rows(item, setting).count
    }

    // MARK: A message

    private static func lines(
        _ message: ChatMessage, _ showsName: Bool, _ setting: Setting
    ) -> [[Span]] {
        let clock = TimeText.minute(message.time, is24Hours: setting.is24Hours)
        if message.code >= 8 {
            let words = SystemEntry.words(message, setting.actor) ?? "[\(message.code)]"
            return hang(clock, [Span("· " + SafeText.escaped(words), .quiet)], setting)
        }
        var rows: [[Span]] = []
        var time = clock
        if showsName {
            let name = TextWidth.fit(
                SafeText.escaped(setting.name(message.userID)), setting.textColumns)
            rows.append([
                Span(padded(clock), .quiet), Span(name, look(of: message.userID, setting)),
            ])
            time = ""
        }
        if let quote = message.quote {
            let text = "┃ " + quoted(quote, setting)
            rows.append([
                Span(padded(time), .quiet), Span(TextWidth.fit(text, setting.textColumns), .quiet),
            ])
            time = ""
        }
        rows += hang(time, body(message, setting), setting)
        if !message.reactions.isEmpty, !message.isRecalled {
            rows += hang("", reactions(message, setting), setting)
        }
        if case .failed(let reason) = message.state {
            let words = "not sent: \(SafeText.escaped(reason)) — /retry sends it again"
            rows += hang("", [Span(words, Style(ink: .warning))], setting)
        }
        return rows
    }

    /// Text in the column of texts, the time before its first row.
    private static func hang(_ time: String, _ spans: [Span], _ setting: Setting) -> [[Span]] {
        RichText.wrap(spans, columns: setting.textColumns).enumerated().map { index, line in
            [Span(padded(index == 0 ? time : ""), .quiet)] + line
        }
    }

    private static func padded(_ time: String) -> String {
        time + String(repeating: " ", count: max(0, indent - time.count))
    }

    private static func body(_ message: ChatMessage, _ setting: Setting) -> [Span] {
        var spans: [Span]
        if message.isRecalled {
            spans = [Span("[recalled]", .quiet)]
        } else if let file = message.file {
            spans = SystemEntry.file(message, file)
        } else {
            let words = SystemEntry.words(message, setting.name) ?? message.content
            spans = text(String(words.prefix(charactersMax)), message, setting)
            let more = words.utf8.count > charactersMax ? words.count - charactersMax : 0
            if more > 0 {
                let count = grouped(Int64(more))
                spans.append(Span(" […] \(count) more characters, y copies all", .quiet))
            }
        }
        if message.isEdited, !message.isRecalled { spans.append(Span(" [edited]", .quiet)) }
        if message.isPinned { spans.append(Span(" [pinned]", .quiet)) }
        let mark = mark(message.state)
        if !mark.isEmpty { spans.append(Span(" " + mark, look(of: message.state))) }
        return spans
    }

    private static func text(
        _ words: String, _ message: ChatMessage, _ setting: Setting
    ) -> [Span] {
        var style = Style.plain
        let isMention =
            message.userID != setting.ownID
            && message.mentions.contains { $0 == setting.ownID || $0 == -1 }
        if isMention { style.paper = .mention }
        var spans = RichText.links(
            in: SafeText.escaped(words, keepsNewlines: true), style: style)
        if isMention { spans.insert(Span("» ", Style(ink: .accent, isBold: true)), at: 0) }
        return setting.emphasis.isEmpty ? spans : emphasised(spans, setting.emphasis)
    }

    /// The spans with every place of a text (in lower case) reversed.
    static func emphasised(_ spans: [Span], _ text: String) -> [Span] {
        spans.flatMap { span -> [Span] in
            var parts: [Span] = []
            var rest = Substring(span.text)
            while let found = rest.range(of: text, options: .caseInsensitive) {
                if found.lowerBound > rest.startIndex {
                    parts.append(
                        Span(String(rest[..<found.lowerBound]), span.style, link: span.link))
                }
                var style = span.style
                style.isReversed = true
                parts.append(Span(String(rest[found]), style, link: span.link))
                rest = rest[found.upperBound...]
            }
            if !rest.isEmpty { parts.append(Span(String(rest), span.style, link: span.link)) }
            return parts
        }
    }

    private static func quoted(_ quote: ChatMessage.Quote, _ setting: Setting) -> String {
        let text =
            quote.isRecalled
            ? "[recalled]" : quote.text.replacing("\n", with: " ")
        return SafeText.escaped("\(setting.name(quote.userID)): \(text)")
    }

    private static func reactions(_ message: ChatMessage, _ setting: Setting) -> [Span] {
        message.reactions.enumerated().map { index, reaction in
            let isOwn = reaction.userIDs.contains(setting.ownID)
            let count = reaction.userIDs.count
            let text = SafeText.escaped(reaction.emoji) + (count > 1 ? " \(count)" : "")
            return Span(
                (index > 0 ? "  " : "") + (isOwn ? "[\(text)]" : text),
                isOwn ? Style(ink: .accent) : .quiet)
        }
    }

    // MARK: Looks

    /// The stable colour of a person, bold.
    static func look(of userID: Int64, _ setting: Setting) -> Style {
        let ink: Style.Ink =
            userID == setting.ownID
            ? .accent : .person(Int(userID % Int64(Style.personCount)))
        return Style(ink: ink, isBold: true)
    }

    /// How far an own message has got, as a mark.
    static func mark(_ state: ChatMessage.SendState) -> String {
        switch state {
        case .received: ""
        case .pending: "⋯"
        case .sent: "✓"
        case .delivered: "✓✓"
        case .read: "✓✓ read"
        case .failed: "✗"
        }
    }

    private static func look(of state: ChatMessage.SendState) -> Style {
        switch state {
        case .failed: Style(ink: .warning, isBold: true)
        case .read: Style(ink: .good)
        case .received, .pending, .sent, .delivered: .quiet
        }
    }

    /// The rows of what browse mode stands on: marked, and on another paper.
    private static func mark(_ rows: [[Span]], _ isChosen: Bool) -> [[Span]] {
        if !isChosen { return rows }
        return rows.enumerated().map { index, row in
            var row = row.map { span in
                var span = span
                if span.style.paper == .plain { span.style.paper = .chosen }
                return span
            }
            if index == 0, let first = row.first, first.text.count == indent {
                row[0].text = String(first.text.dropLast()) + "▸"
                row[0].style.isBold = true
            }
            return row
        }
    }

    private static func rule(_ text: String, _ setting: Setting, _ style: Style) -> [Span] {
        let columns = max(4, min(setting.columns, indent + textColumnsMax))
        let label = " \(TextWidth.fit(SafeText.escaped(text), columns - 4)) "
        let side = max(0, (columns - TextWidth.of(label)) / 2)
        let right = max(0, columns - side - TextWidth.of(label))
        return [
            Span(String(repeating: "─", count: side), .quiet), Span(label, style),
            Span(String(repeating: "─", count: right), .quiet),
        ]
    }

    /// 1234567 as "1,234,567".
    static func grouped(_ number: Int64) -> String {
        var digits = String(number)
        var at = digits.count - 3
        while at > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: at))
            at -= 3
        }
        return digits
    }
}
