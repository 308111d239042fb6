import Foundation
import FreeIMClient

/// The lines of a conversation, newest at the bottom.
enum TimelineView {
    /// A row of the timeline: pieces of text side by side.
    struct Line: Equatable {
        struct Piece: Equatable {
            let text: String
            let style: Style
        }

        var pieces: [Piece] = []

        init(_ text: String, _ style: Style = .plain) {
            pieces = [Piece(text: text, style: style)]
        }
    }

    /// Columns before a text: the time, a space.
    private static let indent = 6

    static func rows(_ state: ScreenState) -> Int { ScreenLayout(state).timelineRows }

    /// Rows of the whole timeline.
    static func height(_ state: ScreenState) -> Int { lines(state).count }

    /// Every row of the timeline from the oldest message held on screen.
    static func lines(_ state: ScreenState) -> [Line] {
        let width = min(ScreenLayout(state).width, ScreenLayout.textColumnsMax + indent)
        guard let chat = state.selectedConversation else { return [] }
        var lines: [Line] = []
        var day = ""
        var expected: Int64?
        var speaker: Int64?
        if let first = state.messages.first(where: { $0.seq > 0 }), first.seq > chat.firstSeq {
            lines.append(
                Line(
                    rule(state.isLoadingOlder ? "loading older messages" : "more above", width),
                    .quiet))
        }
        for message in state.messages {
            if message.seq > 0 {
                if let expected, message.seq > expected {
                    let count = message.seq - expected
                    lines.append(Line(rule("\(count) messages not loaded", width), .quiet))
                    speaker = nil
                }
                expected = message.seq + 1
            }
            let date = calendarDay(message.time)
            if date != day {
                day = date
                lines.append(Line(rule(day, width), .quiet))
                speaker = nil
            }
            if let behind = state.unreadBehind, message.seq > behind,
                message.userID != state.ownID, lines.last?.pieces.first?.style.ink != .accent,
                !lines.contains(where: { $0.pieces.first?.style.ink == .accent })
            {
                lines.append(Line(rule("new", width), Style(ink: .accent)))
                speaker = nil
            }
            lines += body(message, state, chat, width, isNewSpeaker: speaker != message.userID)
            speaker = message.isText ? message.userID : nil
        }
        return lines
    }

    private static func body(
        _ message: ChatMessage, _ state: ScreenState, _ chat: CachedConversation, _ width: Int,
        isNewSpeaker: Bool
    ) -> [Line] {
        let clock = clockTime(message.time)
        if message.code >= 20 { return [] }  // An act shows on the message it acts on.
        if let words = SystemEntry.words(message, state.name), message.code >= 8 {
            return [Line("\(clock) · \(SafeText.escaped(words))", .quiet)]
        }
        let isOwn = message.userID == state.ownID
        var lines: [Line] = []
        let columns = max(4, width - indent)
        if isNewSpeaker {
            var line = Line("\(clock) ", .quiet)
            let ink: Style.Ink = isOwn ? .accent : .person(Int(message.userID % 6))
            line.pieces.append(
                .init(
                    text: TextWidth.fit(SafeText.escaped(state.name(message.userID)), columns),
                    style: Style(ink: ink, isBold: true)))
            lines.append(line)
        }
        let text =
            message.isRecalled
            ? "[recalled]"
            : SafeText.escaped(
                SystemEntry.words(message, state.name) ?? message.content, keepsNewlines: true)
                + (message.isEdited ? " [edited]" : "")
        let mark = isOwn ? mark(message.state) : ""
        let wrapped = TextWidth.wrap(text + (mark.isEmpty ? "" : " " + mark), columns)
        for (index, part) in wrapped.enumerated() {
            let margin = String(repeating: " ", count: indent)
            let style: Style = message.isRecalled ? .quiet : .plain
            var line = Line(margin, .quiet)
            if index == wrapped.count - 1, !mark.isEmpty, part.hasSuffix(mark) {
                line.pieces.append(.init(text: String(part.dropLast(mark.count)), style: style))
                line.pieces.append(.init(text: mark, style: look(of: message.state)))
            } else {
                line.pieces.append(.init(text: part, style: style))
            }
            lines.append(line)
        }
        if case .failed(let reason) = message.state {
            let words = "not sent: \(SafeText.escaped(reason)) — /retry sends it again"
            for part in TextWidth.wrap(words, columns) {
                lines.append(
                    Line(String(repeating: " ", count: indent) + part, Style(ink: .warning)))
            }
        }
        return lines
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

    private static func rule(_ text: String, _ width: Int) -> String {
        let label = " \(text) "
        let side = max(0, (width - TextWidth.of(label)) / 2)
        return String(repeating: "─", count: side) + label
            + String(repeating: "─", count: max(0, width - side - TextWidth.of(label)))
    }

    private static func calendarDay(_ time: Int64) -> String {
        format(time, "%a %d %b %Y")
    }

    private static func clockTime(_ time: Int64) -> String {
        format(time, "%H:%M")
    }

    private static func format(_ time: Int64, _ pattern: String) -> String {
        var seconds = time_t(time / 1_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        var bytes = [CChar](repeating: 0, count: 64)
        let count = strftime(&bytes, bytes.count, pattern, &parts)
        return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
