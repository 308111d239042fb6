import FreeIMClient
import Testing

@testable import imtui

@Suite struct ScreenReducerTests {
    private func press(_ state: inout ScreenState, _ keys: Key...) -> [ScreenEffect] {
        keys.flatMap { ScreenReducer.reduce(&state, .key($0)) }
    }

    private func type(_ state: inout ScreenState, _ text: String) -> [ScreenEffect] {
        let effects = text.flatMap { ScreenReducer.reduce(&state, .key(.character($0))) }
        return effects + press(&state, .enter)
    }

    @Test func enterSendsAndClearsTheDraft() {
        var state = ScreenFixture.state()
        let effects = type(&state, "hello 你好")
        #expect(effects.contains(.send(1, "hello 你好")))
        #expect(effects.contains(.saveDraft(1, "")))
        #expect(state.composer.isEmpty)
    }

    @Test func nothingIsSentFromBlanksAndTwoSlashesAreOne() {
        var state = ScreenFixture.state()
        let blanks = type(&state, "   ")
        #expect(!blanks.contains { if case .send = $0 { true } else { false } })
        state.composer = Composer()
        let slashes = type(&state, "//etc/hosts")
        #expect(slashes.contains(.send(1, "/etc/hosts")))
    }

    @Test func changingTheChatKeepsTheDraft() {
        var state = ScreenFixture.state()
        _ = ScreenReducer.reduce(&state, .key(.character("x")))
        let effects = press(&state, .altDown)
        #expect(state.selected == 9)
        #expect(effects.contains(.saveDraft(1, "x")))
        #expect(effects.contains(.loadDraft(9)))
        #expect(state.unreadBehind == 1)
    }

    @Test(arguments: [
        (
            "/friend add bob hi there",
            SlashCommand.friend(act: "add", account: "bob", remark: "hi there")
        ),
        ("/friend accept", .friend(act: "accept", account: "", remark: "")),
        ("/friend list", .friend(act: "list", account: "", remark: "")),
        ("/friend block bob", .friend(act: "block", account: "bob", remark: "")),
        ("/group create team bob carol", .groupCreate(name: "team", accounts: ["bob", "carol"])),
        ("/group invite dave", .groupInvite(accounts: ["dave"])),
        ("/group leave", .groupLeave), ("/group members", .groupMembers),
        ("/chat @bob", .chat("@bob")), ("/nick New Name", .nick("New Name")),
        ("/search 你好", .search("你好")), ("/verify", .verify), ("/logout", .signOut),
    ])
    func everyCommandIsUnderstood(line: String, command: SlashCommand) {
        var state = ScreenFixture.state()
        #expect(type(&state, line).contains(.command(command, chatroomID: 1)))
        #expect(state.composer.isEmpty)
    }

    @Test func quitRetryHelpAndReconnect() {
        var state = ScreenFixture.state()
        #expect(type(&state, "/retry").contains(.retry(1)))
        #expect(type(&state, "/reconnect").contains(.reconnect))
        _ = type(&state, "/help")
        #expect(state.helpPage == 0)
        _ = press(&state, .pageDown)
        #expect(state.helpPage == 1)
        _ = press(&state, .escape)
        #expect(state.helpPage == nil)
        #expect(type(&state, "/quit").contains(.quit))
        #expect(state.isEnding)
    }

    @Test(arguments: ["/nonsense", "/friend", "/friend add", "/group", "/chat", "/search"])
    func aWrongCommandSaysHowAndKeepsTheLine(line: String) {
        var state = ScreenFixture.state()
        _ = type(&state, line)
        #expect(!state.notice.isEmpty)
        #expect(state.composer.text == line)
    }

    @Test func controlCKeepsTheDraft() {
        var state = ScreenFixture.state()
        state.composer = Composer("half a thought")
        _ = press(&state, .control("c"))
        #expect(state.composer.text == "half a thought" && state.notice.contains("/quit"))
    }

    @Test func whoReadsFurtherUpKeepsThePlace() {
        var state = ScreenFixture.state(rows: 10)
        let first = (1...40).map { ScreenFixture.message($0, "line \($0)") }
        _ = ScreenReducer.reduce(&state, .messages(chatroomID: 1, first, names: [:]))
        _ = press(&state, .pageUp)
        let before = ScreenView.draw(state).text[1...6]
        let more = first + [ScreenFixture.message(41, "new below")]
        _ = ScreenReducer.reduce(&state, .messages(chatroomID: 1, more, names: [:]))
        #expect(ScreenView.draw(state).text[1...6] == before)
    }

    @Test func theTopOfWhatIsHeldLoadsMore() {
        var state = ScreenFixture.state(rows: 10)
        let held = (50...60).map { ScreenFixture.message($0, "line \($0)") }
        _ = ScreenReducer.reduce(&state, .messages(chatroomID: 1, held, names: [:]))
        let effects = press(&state, .pageUp, .pageUp, .pageUp)
        let loads = effects.filter { if case .loadOlder = $0 { true } else { false } }
        #expect(loads == [.loadOlder(1, before: 50, limit: ScreenState.windowStep)])
    }

    @Test func whatIsOnScreenIsMarkedRead() {
        var state = ScreenFixture.state()
        state.conversations[0].readSeq = 1
        let effects = ScreenReducer.reduce(
            &state, .messages(chatroomID: 1, state.messages, names: [:]))
        #expect(effects == [.markRead(1, 3)])
    }

    @Test func readlineKeysEdit() {
        var composer = Composer("one two three")
        for key in [Key.control("w"), .control("a"), .control("d"), .control("e"), .control("y")] {
            EditKeys.apply(key, to: &composer)
        }
        #expect(composer.text == "ne two three")
        EditKeys.apply(.control("_"), to: &composer)
        #expect(composer.text == "ne two ")
        EditKeys.apply(.altEnter, to: &composer)
        EditKeys.apply(.paste("a\nb"), to: &composer)
        #expect(composer.text == "ne two \na\nb")
    }

    @Test func theSignInFormAsksForBoth() {
        var state = ScreenFixture.state()
        state.signIn = ScreenState.SignInForm()
        _ = press(&state, .character("a"), .enter, .enter)
        #expect(state.signIn?.error == "account and password, please")
        _ = press(&state, .character("p"))
        let effects = press(&state, .enter)
        #expect(effects.count == 1 && state.signIn?.isBusy == true)
    }
}
