import FreeIMClient
import FreeIMProtocol

/// What can happen to the screen.
enum ScreenAction: Sendable {
    case input(InputEvent)
    case event(ChatEvent)
    // What was read from the cache.
    case chats([CachedConversation], names: [Int64: String])
    case chat(CachedConversation)
    case page(PageLoad)
    /// A draft, with the message it answers or edits where that is held.
    case draft(chatroomID: Int64, Draft, target: ChatMessage?)
    case info(InfoPane, people: [Person])
    case membersFetched(Int64)
    case history([String])
    case found([ChatMessage], query: String, names: [Int64: String])
    // What became of an effect.
    case pulled(chatroomID: Int64, ClosedRange<Int64>, failure: String?)
    case called(CommandCall, Result<CommandResult, ClientError>)
    case signedIn(Profile)
    case signInFailed(String)
    /// What the external editor left.
    case edited(String)
    case transfer(String, ScreenState.Transfer?)
    case typingEnded(chatroomID: Int64, userID: Int64)
    case notice(String, isWarning: Bool)
    case openChat(Int64)
    case openMessage(chatroomID: Int64, seq: Int64)
    case showPicture(PictureOverlay)
    case quit
}
