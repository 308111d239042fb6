/// The actions and keys that write into a composer.
enum EditKeys {
    /// Does what an action does to a text in a box of `width` columns; false for an action that
    /// is none of writing, and for going up from the first row or down from the last.
    static func apply(_ action: UIAction, to composer: inout Composer, width: Int) -> Bool {
        switch action {
        case .newLine: composer.insert("\n")
        case .left: composer.left()
        case .right: composer.right()
        case .up: return composer.vertical(-1, width: width)
        case .down: return composer.vertical(1, width: width)
        case .wordLeft: composer.wordLeft()
        case .wordRight: composer.wordRight()
        case .lineStart: composer.lineStart()
        case .lineEnd: composer.lineEnd()
        case .deleteBack: composer.backspace()
        case .deleteForward: composer.deleteForward()
        case .deleteWordBack: composer.deleteWordLeft()
        case .deleteWordForward: composer.deleteWordRight()
        case .killToEnd: composer.killToEnd()
        case .killToStart: composer.killToStart()
        case .killWordBack: composer.killWordLeft()
        case .yank: composer.yank()
        case .yankPop: composer.yankPop()
        case .undo: composer.undo()
        case .redo: composer.redo()
        case .transpose: composer.transpose()
        case .send, .complete, .completeBack, .externalEditor, .chatPrevious, .chatNext, .chat1,
            .chat2, .chat3, .chat4, .chat5, .chat6, .chat7, .chat8, .chat9, .nextUnread,
            .switcher, .lastChat, .pageUp, .pageDown, .timelineTop, .timelineBottom,
            .firstUnread, .searchAll, .toggleSidebar, .toggleInfo, .browse, .redraw, .keepDraft,
            .suspend, .help, .browseDown, .browseUp, .browseTop, .browseBottom, .browseSearch,
            .browseNext, .browsePrevious, .reply, .edit, .recall, .react, .copy, .open, .save,
            .pinMessage, .leaveBrowse:
            return false
        }
        return true
    }

    /// Writes a character that is typed without Ctrl or Alt; false for any other key.
    static func type(_ key: Key, into composer: inout Composer) -> Bool {
        guard case .character(let character) = key.code,
            key.modifiers.isDisjoint(with: [.alt, .control])
        else { return false }
        composer.insert(String(character))
        return true
    }

    /// A one-line field's keys and pastes, newlines as spaces; false for what is not for it.
    static func field(_ event: InputEvent, _ composer: inout Composer) -> Bool {
        if case .paste(let text) = event {
            composer.paste(text.split(whereSeparator: \.isNewline).joined(separator: " "))
            return true
        }
        guard case .key(let key) = event else { return false }
        if type(key, into: &composer) { return true }
        guard let action = KeyBindings.standard.action(for: key, in: .compose),
            action != .newLine, action != .up, action != .down
        else { return false }
        return apply(action, to: &composer, width: Int.max)
    }
}
