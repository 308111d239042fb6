import FreeIMClient

/// All that the screen shows; changed by the reducer alone.
struct ScreenState: Equatable, Sendable {
    /// The form of the first screen.
    struct SignInForm: Equatable, Sendable {
        var isRegistering = false
        /// Server (TCP), HTTP, account, password, nickname.
        var fields = [
            Composer("127.0.0.1:2000"), Composer("127.0.0.1:8080"), Composer(),
            Composer(), Composer(),
        ]
        var focus = 2
        var error = ""
        var isBusy = false

        static let labels = ["server", "http", "account", "password", "nickname"]
        /// Fields shown: the nickname only when registering.
        var count: Int { isRegistering ? 5 : 4 }
    }

    var rows = 24
    var columns = 80
    var signIn: SignInForm?
    var account = ""
    var ownID: Int64 = 0
    var connection = ConnectionState.connecting
    var conversations: [CachedConversation] = []
    var selected: Int64?
    /// The newest messages of the selected chat, ascending, with what waits in the outbox last.
    var messages: [ChatMessage] = []
    var names: [Int64: String] = [:]
    /// Rows scrolled up from the newest line; 0 follows what comes.
    var scroll = 0
    /// Messages of the selected chat to hold on screen.
    var window = ScreenState.windowStep
    var isLoadingOlder = false
    /// Where the unread rule stands: behind this seq; nil: none.
    var unreadBehind: Int64?
    var composer = Composer()
    var history: [String] = []
    var historyAt: Int?
    /// The page of help over everything else; nil: none.
    var helpPage: Int?
    var notice = ""
    var typing: [Int64: Set<Int64>] = [:]
    /// Lines of a search or a listing, shown over the timeline until Esc.
    var listing: [String]?
    var isEnding = false

    /// Messages added to the window when one scrolls to its top.
    static let windowStep = 200

    var selectedConversation: CachedConversation? {
        conversations.first { $0.chatroomID == selected }
    }

    func name(_ userID: Int64) -> String {
        userID == ownID ? "me" : names[userID] ?? "user \(userID)"
    }
}
