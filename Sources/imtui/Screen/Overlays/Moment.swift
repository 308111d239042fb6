import FreeIMProtocol

/// One post of the feed, as `moment.list` gives it.
struct Moment: Equatable, Sendable {
    struct Comment: Equatable, Sendable {
        var id: Int64
        var name: String
        var text: String
    }

    var id: Int64
    var userID: Int64
    var name: String
    var text: String
    var images: [String]
    var video: String
    var visibility: String
    var likeCount: Int64
    var isLiked: Bool
    var likes: [String]
    var comments: [Comment]
    var commentCount: Int64
    /// Milliseconds since the epoch.
    var time: Int64

    /// nil: it is no post.
    init?(_ data: JSONValue) {
        guard let id = data["id"].integer else { return nil }
        self.id = id
        userID = data["user_id"].integer ?? 0
        name = data["nickname"].text ?? ""
        if name.isEmpty { name = "user \(userID)" }
        text = data["text"].text ?? ""
        images = data["images"].items.compactMap(\.text)
        video = data["video"].text ?? ""
        visibility = data["visibility"].text ?? ""
        likeCount = data["like_count"].integer ?? 0
        isLiked = data["is_liked"] == true
        likes = data["likes"].items.compactMap(\.text)
        comments = data["comments"].items.compactMap { item in
            guard let id = item["id"].integer else { return nil }
            let name = item["nickname"].text ?? ""
            return Comment(
                id: id, name: name.isEmpty ? "user \(item["user_id"].integer ?? 0)" : name,
                text: item["text"].text ?? "")
        }
        commentCount = data["comment_count"].integer ?? Int64(comments.count)
        time = data["time"].integer ?? 0
    }

    /// One line of a card.
    struct Line: Equatable, Sendable {
        var text: String
        var style: Style
    }

    /// Lines of a text that are shown; a longer one ends with an ellipsis.
    static let textLinesMax = 40

    /// The card in lines of at most so many columns.
    func lines(_ columns: Int) -> [Line] {
        let head = visibility.isEmpty ? "" : " · \(visibility)"
        var lines = [
            Line(
                text: TextWidth.fit(
                    SafeText.escaped("\(name) · \(TimeText.dayAndMinute(time))\(head)"), columns),
                style: Style(ink: .person(Int(userID % Int64(Style.personCount))), isBold: true))
        ]
        func add(_ text: String, _ style: Style, most: Int) {
            let safe = SafeText.escaped(text, keepsNewlines: true)
            let wrapped = TextWidth.wrap(safe, max(columns - 2, 2))
            lines += wrapped.prefix(most).map { Line(text: "  " + $0, style: style) }
            if wrapped.count > most { lines.append(Line(text: "  …", style: .quiet)) }
        }
        if !text.isEmpty { add(text, .plain, most: Moment.textLinesMax) }
        for image in images { add("[picture] \(image)", Style(ink: .link), most: 2) }
        if !video.isEmpty { add("[video] \(video)", Style(ink: .link), most: 2) }
        if likeCount > 0 { add(likesLine, isLiked ? Style(ink: .good) : .quiet, most: 2) }
        let before = commentCount - Int64(comments.count)
        if before > 0 { add("\(before) older comments", .quiet, most: 1) }
        for comment in comments { add("\(comment.name): \(comment.text)", .quiet, most: 6) }
        return lines
    }

    private var likesLine: String {
        let named = likes.joined(separator: ", ")
        let more = likeCount - Int64(likes.count)
        let others = more > 0 ? (named.isEmpty ? "\(more)" : " and \(more) more") : ""
        return "♥ \(named)\(others)" + (isLiked ? " (you like it)" : "")
    }
}
