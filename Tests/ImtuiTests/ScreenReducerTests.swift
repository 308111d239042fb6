import FreeIMClient
import Testing

@testable import imtui

@Suite struct ScreenReducerTests {
    private typealias Fixture = ScreenFixture

    @Test func enterSendsAndClearsTheDraft() {
        var state = Fixture.state()
        let effects = Fixture.type(&state, "hello 你好")
        #expect(effects.contains(.send(.init(chatroomID: 1, text: "hello 你好"))))
        #expect(state.composer.isEmpty)
        #expect(effects.contains(.remember("hello 你好")))
    }

    @Test func theOutboxIsWrittenBeforeTheDraftIsCleared() throws {
        var state = Fixture.state()
        _ = Fixture.press(&state, .character("x"))
        #expect(ScreenReducer.refresh(&state).contains(.saveDraft(1, Draft(text: "x"))))
        let sent = Fixture.press(&state, .enter)
        #expect(!sent.contains { if case .saveDraft = $0 { true } else { false } })
        #expect(ScreenReducer.refresh(&state).contains(.saveDraft(1, Draft())))
    }

    @Test func nothingIsSentFromBlanksAndTwoSlashesAreOne() {
        var state = Fixture.state()
        let blanks = Fixture.type(&state, "   ")
        #expect(!blanks.contains { if case .send = $0 { true } else { false } })
        state.composer = Composer()
        let slashes = Fixture.type(&state, "//etc/hosts")
        #expect(slashes.contains(.send(.init(chatroomID: 1, text: "/etc/hosts"))))
    }

    @Test func changingTheChatKeepsTheDraft() {
        var state = Fixture.state()
        _ = Fixture.press(&state, .character("x"))
        let effects = ScreenReducer.reduce(&state, .openChat(9))
        #expect(state.selected == 9)
        #expect(effects.contains(.saveDraft(1, Draft(text: "x"))))
        #expect(effects.contains(.loadDraft(9)))
        #expect(state.timeline.unreadBehind == 1)
    }

    @Test func theLastChatIsOneKeyAway() {
        var state = Fixture.state()
        _ = ScreenReducer.reduce(&state, .openChat(9))
        _ = Fixture.press(&state, .alt("/"))
        #expect(state.selected == 1)
        _ = Fixture.press(&state, .alt("/"))
        #expect(state.selected == 9)
    }

    @Test func aDraftComesBackAsTheReplyItWas() {
        var state = Fixture.state()
        let target = Fixture.message(2, "你好 alice")
        let draft = Draft(text: "half", replyTo: "m2")
        _ = ScreenReducer.reduce(&state, .draft(chatroomID: 1, draft, target: target))
        #expect(state.intent == .reply(target) && state.composer.text == "half")
        #expect(state.draft == draft)
        #expect(ScreenReducer.refresh(&state).isEmpty)
    }

    @Test(arguments: CommandTable.all.filter { $0.parameters.allSatisfy(\.isOptional) })
    func everyCommandGoesOutOrIsTheScreensOwn(definition: CommandDefinition) {
        var state = Fixture.state()
        let effects = Fixture.type(&state, definition.slash)
        let isCalled = effects.contains { effect in
            guard case .call(let call, let chat) = effect else { return false }
            return call.name == definition.name && chat == 1
        }
        let isOwn = ["help", "quit", "retry", "reconnect"].contains(definition.name)
        #expect(isCalled != isOwn, "\(definition.slash)")
        #expect(state.composer.isEmpty)
    }

    @Test func quitRetryHelpAndReconnect() {
        var state = Fixture.state()
        #expect(Fixture.type(&state, "/retry").contains(.retry(1)))
        #expect(Fixture.type(&state, "/reconnect").contains(.reconnect))
        _ = Fixture.type(&state, "/help")
        guard case .help? = state.overlay else {
            Issue.record("no help")
            return
        }
        _ = Fixture.press(&state, .escape)
        #expect(state.overlay == nil)
        #expect(Fixture.type(&state, "/quit").contains(.quit))
        #expect(state.isEnding)
    }

    @Test(arguments: ["/nonsense", "/friend", "/friend add", "/group", "/chat mute x"])
    func aWrongCommandSaysHowAndKeepsTheLine(line: String) {
        var state = Fixture.state()
        _ = Fixture.type(&state, line)
        #expect(!state.notice.text.isEmpty)
        #expect(state.composer.text == line)
    }

    @Test func aRefusedCommandSaysWhy() {
        var state = Fixture.state()
        let error = ClientError.refused(code: "not_found", message: "nobody has that name")
        _ = ScreenReducer.reduce(&state, .called(CommandCall("friend.add"), .failure(error)))
        #expect(state.notice.text.contains("nobody has that name") && state.notice.isWarning)
    }

    @Test func controlCKeepsTheDraft() {
        var state = Fixture.state()
        state.composer = Composer("half a thought")
        _ = Fixture.press(&state, .control("c"))
        #expect(state.composer.text == "half a thought" && state.notice.text.contains("/quit"))
    }

    @Test func whatIsOnScreenIsMarkedReadOnceAndOnlyWithTheFocus() {
        var state = Fixture.state()
        ScreenFixture.note(&state, read: 1)
        let page = Fixture.page(state.timeline.messages)
        _ = ScreenReducer.reduce(&state, .input(.focus(false)))
        #expect(ScreenReducer.reduce(&state, .page(page)).isEmpty)
        #expect(ScreenReducer.reduce(&state, .input(.focus(true))) == [.markRead(1, 3)])
        #expect(ScreenReducer.reduce(&state, .page(page)).isEmpty)
    }

    @Test func writingIsToldOnceAndTakenBack() {
        var state = Fixture.state()
        #expect(Fixture.press(&state, .character("h")).contains(.typing(1, true)))
        #expect(!Fixture.press(&state, .character("i")).contains(.typing(1, true)))
        #expect(Fixture.press(&state, .enter).contains(.typing(1, false)))
        #expect(!Fixture.press(&state, .character("/")).contains(.typing(1, true)))
    }

    @Test func historyComesBackAndTheDraftBehindIt() {
        var state = Fixture.state()
        _ = ScreenReducer.reduce(&state, .history(["one", "two"]))
        state.composer = Composer("unsent")
        _ = Fixture.press(&state, .up, .up)
        #expect(state.composer.text == "one")
        _ = Fixture.press(&state, .down, .down)
        #expect(state.composer.text == "unsent")
    }

    @Test func aBurstOfEventsIsReadOnce() {
        var state = Fixture.state()
        for _ in 0..<5_000 { _ = ScreenReducer.reduce(&state, .event(.messages(chatroomID: 1))) }
        let effects = ScreenReducer.refresh(&state)
        #expect(effects.count == 2 && effects.contains(.loadChat(1)))
        #expect(ScreenReducer.refresh(&state).isEmpty)
    }

    @Test func peopleWhoAreNamedAreMentioned() {
        var state = Fixture.group()
        let effects = Fixture.type(&state, "@carol and @鲍勃 and @nobody, not me@bob.example")
        let sent = effects.compactMap { effect -> ScreenEffect.Outgoing? in
            if case .send(let outgoing) = effect { outgoing } else { nil }
        }
        #expect(sent.first?.mentions == [3, 2])
    }

    @Test func aMentionTellsWhenTheScreenIsNotLookedAt() {
        var state = Fixture.group()
        var call = Fixture.message(131, "@alice", user: 3, chat: 9)
        call.mentions = [1]
        #expect(ScreenReducer.reduce(&state, .event(.received(call))).isEmpty)
        _ = ScreenReducer.reduce(&state, .input(.focus(false)))
        let told = ScreenReducer.reduce(&state, .event(.received(call)))
        #expect(told == [.notify(chatroomID: 9, title: "Carol · the whole team", text: "@alice")])
        let plain = Fixture.message(132, "no name", user: 3, chat: 9)
        #expect(ScreenReducer.reduce(&state, .event(.received(plain))).isEmpty)
    }

    @Test func theSidebarIsPinnedMentionsUnreadRest() {
        let state = Fixture.group()
        #expect(state.chats.map(\.chatroomID) == [9, 7, 1, 3, 5])
    }

    @Test func signingOutAsksToSignInAgain() {
        var state = Fixture.state()
        let effects = ScreenReducer.reduce(&state, .event(.signedOut(reason: "revoked")))
        #expect(effects == [.prepareSignIn])
        #expect(state.signIn?.error == "revoked" && state.signIn?.fields[2].text == "alice")
    }
}
