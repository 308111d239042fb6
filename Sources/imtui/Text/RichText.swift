/// A stretch of text that looks the same and leads to one place.
struct Span: Equatable, Sendable {
    var text: String
    var style: Style
    /// The whole address that it leads to; nil: nowhere.
    var link: String?

    init(_ text: String, _ style: Style = .plain, link: String? = nil) {
        self.text = text
        self.style = style
        self.link = link
    }
}

/// Text made of spans: links found in it, and lines broken.
enum RichText {
    /// The text as spans, addresses in it as links; joined they are the text again.
    static func links(in text: String, style: Style = .plain) -> [Span] {
        var spans: [Span] = []
        var rest = text[...]
        for link in LinkFinder.links(in: text) {
            if rest.startIndex < link.range.lowerBound {
                spans.append(Span(String(text[rest.startIndex..<link.range.lowerBound]), style))
            }
            var linked = style
            if style.ink == .plain { linked.ink = .link }
            linked.isUnderlined = true
            spans.append(Span(String(text[link.range]), linked, link: link.address))
            rest = text[link.range.upperBound...]
        }
        if !rest.isEmpty { spans.append(Span(String(rest), style)) }
        return spans
    }

    /// The spans in lines of at most `columns` (2 at least), every character kept but the line
    /// ends that break them; spaces that end a line may stand beyond its columns.
    ///
    /// Lines break behind spaces and between CJK characters, but not before closing punctuation
    /// or behind an opening one; a word that is too long is cut by cluster. Each part of a link
    /// leads to its whole address.
    static func wrap(_ spans: [Span], columns: Int) -> [[Span]] {
        var wrapper = SpanWrapper(columns: max(columns, 2))
        for span in spans { wrapper.add(span) }
        return wrapper.finished()
    }
}
