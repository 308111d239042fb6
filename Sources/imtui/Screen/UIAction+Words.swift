extension UIAction {
    /// How the help groups the actions.
    enum Group: String, CaseIterable, Sendable {
        case writing = "Writing"
        case chats = "Chats and history"
        case screen = "The screen"
        case browse = "Browse mode"
    }

    var group: Group {
        switch self {
        case .send, .newLine, .left, .right, .up, .down, .wordLeft, .wordRight, .lineStart,
            .lineEnd, .deleteBack, .deleteForward, .deleteWordBack, .deleteWordForward,
            .killToEnd, .killToStart, .killWordBack, .yank, .yankPop, .undo, .redo, .transpose,
            .complete, .completeBack, .externalEditor:
            .writing
        case .chatPrevious, .chatNext, .chat1, .chat2, .chat3, .chat4, .chat5, .chat6, .chat7,
            .chat8, .chat9, .nextUnread, .switcher, .lastChat, .pageUp, .pageDown, .timelineTop,
            .timelineBottom, .firstUnread, .searchAll:
            .chats
        case .toggleSidebar, .toggleInfo, .browse, .redraw, .keepDraft, .suspend, .help: .screen
        case .browseDown, .browseUp, .browseTop, .browseBottom, .browseSearch, .browseNext,
            .browsePrevious, .reply, .edit, .recall, .react, .copy, .open, .save, .pinMessage,
            .leaveBrowse:
            .browse
        }
    }

    /// Where a key for it holds unless the config says otherwise.
    var context: Context { group == .browse ? .browse : .compose }

    /// What it does, in one line for the help.
    var summary: String {
        switch self {
        case .send: "send, or run a /command"
        case .newLine: "new line"
        case .left: "one character back"
        case .right: "one character on"
        case .up: "a row up, then what was sent before"
        case .down: "a row down, then what was sent after"
        case .wordLeft: "one word back"
        case .wordRight: "one word on"
        case .lineStart: "to the start of the line"
        case .lineEnd: "to the end of the line"
        case .deleteBack: "delete the character before"
        case .deleteForward: "delete the character behind"
        case .deleteWordBack: "cut the word before"
        case .deleteWordForward: "cut the word behind"
        case .killToEnd: "cut to the end of the line"
        case .killToStart: "cut to the start of the line"
        case .killWordBack: "cut back to a blank"
        case .yank: "put back what was cut"
        case .yankPop: "after that: what was cut before it"
        case .undo: "undo"
        case .redo: "redo"
        case .transpose: "exchange two characters"
        case .complete: "complete a name, a /command, an :emoji:"
        case .completeBack: "the completion before"
        case .externalEditor: "write in an editor"
        case .chatPrevious: "previous chat"
        case .chatNext: "next chat"
        case .chat1, .chat2, .chat3, .chat4, .chat5, .chat6, .chat7, .chat8, .chat9:
            "chat by its place in the list"
        case .nextUnread: "next chat with unread messages"
        case .switcher: "find a chat"
        case .lastChat: "the chat before this one"
        case .pageUp: "a page up; older history loads by itself"
        case .pageDown: "a page down"
        case .timelineTop: "to the oldest message"
        case .timelineBottom: "to the newest message"
        case .firstUnread: "to the first unread message"
        case .searchAll: "search all chats"
        case .toggleSidebar: "show or hide the list of chats"
        case .toggleInfo: "show or hide members, pins and files"
        case .browse: "browse the messages; the draft stays"
        case .redraw: "draw the screen anew"
        case .keepDraft: "keep the draft; /quit leaves"
        case .suspend: "stop; fg goes on"
        case .help: "help"
        case .browseDown: "next message"
        case .browseUp: "previous message"
        case .browseTop: "oldest message"
        case .browseBottom: "newest message"
        case .browseSearch: "search in this chat"
        case .browseNext: "next hit"
        case .browsePrevious: "previous hit"
        case .reply: "reply"
        case .edit: "edit an own message"
        case .recall: "recall an own message"
        case .react: "react with an emoji"
        case .copy: "copy the text"
        case .open: "open the link or the file"
        case .save: "save the file"
        case .pinMessage: "pin or unpin the message"
        case .leaveBrowse: "back to writing"
        }
    }

    /// The place that one of Alt-1 … Alt-9 opens, from 1; nil: another action.
    var chatNumber: Int? {
        rawValue.hasPrefix("chat-") ? Int(rawValue.dropFirst("chat-".count)) : nil
    }
}
