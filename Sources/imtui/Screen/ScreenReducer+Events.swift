import FreeIMClient

/// What comes from the client.
extension ScreenReducer {
    static func reduceEvent(_ state: inout ScreenState, _ event: ChatEvent) -> [ScreenEffect] {
        switch event {
        case .connection(let connection):
            state.connection = connection
            if connection == .online {
                state.stale.isList = true
                state.stale.isPage = true
                state.timeline.unpulled = []
                return fetchMembers(state)
            }
            state.typing = [:]
            return []
        case .conversationsChanged:
            state.stale.isList = true
            return []
        case .messages(let chatroomID), .outbox(let chatroomID), .receipt(let chatroomID):
            changed(&state, chatroomID)
            return []
        case .typing(let chatroomID, let userID, let isTyping):
            guard isTyping else {
                state.typing[chatroomID]?.remove(userID)
                return []
            }
            state.typing[chatroomID, default: []].insert(userID)
            return [.expireTyping(chatroomID, userID)]
        case .signedOut(let reason):
            state.notice = .init(text: "signed out: \(reason)")
            var form = SignInForm()
            form.error = reason
            form.fields[2] = Composer(state.account)
            form.focus = 3
            state.signIn = form
            return [.prepareSignIn]
        case .notice(let text):
            state.notice = .init(text: text)
            return []
        case .received(let message):
            state.typing[message.chatroomID]?.remove(message.userID)
            let isMemberChange = (9...12).contains(message.code)
            let isHere = message.chatroomID == state.selected
            return notify(state, message)
                + (isMemberChange && isHere ? fetchMembers(state) : [])
        }
    }

    private static func changed(_ state: inout ScreenState, _ chatroomID: Int64) {
        state.stale.chats.insert(chatroomID)
        if chatroomID == state.selected {
            state.stale.isPage = true
            state.stale.isInfo = state.showsInfo && ScreenLayout(state).info > 0
        }
    }

    /// Tells of a message for this user that comes while the screen is not looked at, or in
    /// another chat.
    private static func notify(_ state: ScreenState, _ message: ChatMessage) -> [ScreenEffect] {
        guard message.userID != state.ownID, message.isText,
            let chat = state.chats.first(where: { $0.chatroomID == message.chatroomID }),
            chat.notifyLevel == 0 || isMention(state, message)
        else { return [] }
        let isSeen = state.hasFocus && message.chatroomID == state.selected
        guard chat.type != 2 || isMention(state, message), !isSeen else { return [] }
        let title = chat.type == 2 ? "\(state.name(message.userID)) · \(chat.title)" : chat.title
        let text = SystemEntry.words(message, state.name) ?? message.content
        return [.notify(chatroomID: message.chatroomID, title: title, text: text)]
    }

    static func isMention(_ state: ScreenState, _ message: ChatMessage) -> Bool {
        message.mentions.contains { $0 == state.ownID || $0 == -1 }
    }
}
