import FreeIMClient

/// All that the screen shows; changed by the reducer alone.
struct ScreenState: Equatable, Sendable {
    /// Where keys go.
    enum Mode: Equatable, Sendable {
        case compose
        case browse(Browse)
    }

    /// A walk through the timeline; the draft stays as it is.
    struct Browse: Equatable, Sendable {
        var chosen: TimelineItem.Key
        /// What is looked for, while it is typed and after.
        var query = Composer()
        var isTyping = false
    }

    /// What the text being written is to become.
    enum Intent: Equatable, Sendable {
        case message
        case reply(ChatMessage)
        case edit(ChatMessage)
    }

    /// A line above the composer.
    struct Notice: Equatable, Sendable {
        var text = ""
        var isWarning = true
    }

    /// What a page is loaded for that does not follow the window.
    enum Arrival: Equatable, Sendable {
        /// To stand on one message.
        case chosen
        /// To see the oldest messages held.
        case top
        /// To see where the unread ones begin.
        case unread
    }

    /// A file on its way.
    struct Transfer: Equatable, Sendable {
        var name: String
        var isUpload: Bool
        /// Bytes.
        var done: Int64
        var total: Int64
    }

    var rows = 24
    var columns = 80
    var signIn: SignInForm?
    var account = ""
    var ownID: Int64 = 0
    var connection = ConnectionState.connecting
    /// In the order of the sidebar.
    var chats: [CachedConversation] = []
    var selected: Int64?
    /// The chat that was open before.
    var previous: Int64?
    var timeline = Timeline()
    var names: [Int64: String] = [:]
    /// Who can be mentioned in the chat.
    var people: [Person] = []
    var mode = Mode.compose
    var composer = Composer()
    var intent = Intent.message
    /// The text that an edit put aside.
    var stash: Composer?
    /// Seqs that hold what browse mode looks for, the newest first; nil: not looked yet.
    var hits: [Int64]?
    /// Where a page around some message is to be shown, once it is there.
    var arrival = Arrival.chosen
    /// The draft as it is on disk.
    var savedDraft = Draft()
    var completion: Completion?
    var history: [String] = []
    var historyAt: Int?
    /// The text that was there before history was called back.
    var unsent: Composer?
    var notice = Notice()
    /// Who is writing, by chat.
    var typing: [Int64: Set<Int64>] = [:]
    /// Whether the others were told that one is writing.
    var isTypingTold = false
    var transfers: [String: Transfer] = [:]
    var overlay: ScreenOverlay?
    var info = InfoPane()
    var showsSidebar = true
    var showsInfo = true
    /// Whether the terminal's window has the focus; true when it does not say.
    var hasFocus = true
    var settings = Settings()
    /// What has to be read from the cache before the next draw.
    var stale = Stale()
    var isEnding = false

    /// What changed in the cache since it was last read.
    struct Stale: Equatable, Sendable {
        var isList = false
        var chats: Set<Int64> = []
        var isPage = false
        var isInfo = false
    }

    var selectedChat: CachedConversation? {
        chats.first { $0.chatroomID == selected }
    }

    var bindings: KeyBindings { settings.keys }

    func name(_ userID: Int64) -> String {
        userID == ownID ? "me" : names[userID] ?? "user \(userID)"
    }

    /// Who did something, in a sentence.
    func actor(_ userID: Int64) -> String { userID == ownID ? "you" : name(userID) }

    /// The draft as it stands on screen.
    var draft: Draft {
        switch intent {
        case .message: Draft(text: composer.text)
        case .reply(let message): Draft(text: composer.text, replyTo: message.messageID)
        case .edit(let message): Draft(text: composer.text, editOf: message.messageID)
        }
    }

    /// What the timeline's rows depend on.
    var setting: TimelineLayout.Setting {
        var setting = TimelineLayout.Setting(
            columns: ScreenLayout(self).width, ownID: ownID, names: names,
            is24Hours: settings.clock == .hours24)
        if case .browse(let browse) = mode {
            setting.chosen = browse.chosen
            setting.emphasis = browse.query.text.lowercased()
        }
        return setting
    }

    /// The timeline's items with their heights.
    var measured: Timeline.Measured {
        let setting = setting
        return Timeline.Measured(
            items: timeline.items(day: TimeText.weekday),
            height: { TimelineLayout.height($0, setting) },
            rows: ScreenLayout(self).timelineRows)
    }
}

/// What the pane on the right shows of the selected chat.
struct InfoPane: Equatable, Sendable {
    var chatroomID: Int64 = 0
    var members: [Person] = []
    var pins: [ChatMessage] = []
    var files: [ChatMessage] = []
}
