import FreeIMClient

/// What can happen to the screen.
enum ScreenAction: Sendable {
    case key(Key)
    case resized(rows: Int, columns: Int)
    case event(ChatEvent)
    case conversations([CachedConversation], names: [Int64: String])
    /// A chat's newest messages, with its outbox behind them.
    case messages(chatroomID: Int64, [ChatMessage], names: [Int64: String])
    case draft(chatroomID: Int64, String)
    case olderLoaded(failure: String?)
    case signedIn(account: String, userID: Int64)
    case signInFailed(String)
    case notice(String)
    case listing([String])
    /// Open that chat, once it is in the list.
    case open(Int64)
    /// Draw now what the actions before have changed.
    case drawNow
}

/// What the reducer wants done outside.
enum ScreenEffect: Equatable, Sendable {
    case loadConversations
    case loadMessages(Int64, limit: Int)
    case loadDraft(Int64)
    case saveDraft(Int64, String)
    case loadOlder(Int64, before: Int64, limit: Int)
    case send(Int64, String)
    case retry(Int64)
    case markRead(Int64, Int64)
    case typing(Int64, Bool)
    case signIn(ScreenState.SignInForm)
    case command(SlashCommand, chatroomID: Int64?)
    case reconnect
    case redraw
    case quit
}
