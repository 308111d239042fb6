import FreeIMClient

/// What the reducer wants done outside.
enum ScreenEffect: Equatable, Sendable {
    // The cache.
    case loadHistory
    case loadChats
    case loadChat(Int64)
    case loadPage(Int64, PagePlace, limit: Int, isRefresh: Bool)
    case loadDraft(Int64)
    case saveDraft(Int64, Draft)
    case loadInfo(Int64)
    /// A group's members, from the server into the cache.
    case fetchMembers(Int64)
    case remember(String)
    case search(String, chatroomID: Int64?)
    case setPin(Int64, seq: Int64, Bool)
    // The client.
    case send(Outgoing)
    case file(FileAct)
    case retry(Int64)
    /// Pull a hole.
    case pull(Int64, ClosedRange<Int64>)
    case markRead(Int64, Int64)
    case typing(Int64, Bool)
    case signIn(SignInForm)
    case call(CommandCall, chatroomID: Int64?)
    case reconnect
    /// The token is no longer good: what the client held open is closed.
    case prepareSignIn
    /// After a while without another word, nobody is writing any more.
    case expireTyping(Int64, Int64)
    // The screen itself: given back to the reducer.
    case openChat(Int64)
    case openMessage(chatroomID: Int64, seq: Int64)
    case insert(String)
    // The terminal and the desktop.
    case copy(String)
    case openLink(String)
    case notify(chatroomID: Int64, title: String, text: String)
    case externalEditor(String)
    /// The terminal answered a question.
    case take(InputEvent)
    case suspend
    case redraw
    /// The process goes on after a stop: the terminal is taken over again.
    case retake
    case quit

    /// What is to be done with a message's file.
    enum FileAct: Equatable, Sendable {
        case open(ChatMessage)
        case save(ChatMessage)
    }

    /// A message on its way out.
    struct Outgoing: Equatable, Sendable {
        enum Kind: Equatable, Sendable {
            case text
            case edit(ChatMessage)
            case recall(ChatMessage)
            case reaction(ChatMessage)
        }

        var chatroomID: Int64
        var text: String
        var kind: Kind = .text
        /// The message ID that it answers; empty: none.
        var replyTo = ""
        var mentions: [Int64] = []
    }
}

/// How somebody is told of a message that mentions them.
enum NotifyWay: String, CaseIterable, Sendable {
    case bell, desktop, off
}
