import FreeIMClient
import Testing

@testable import imtui

@Suite struct BrowseTests {
    private typealias Fixture = ScreenFixture

    /// A group in browse mode, the mark on the message with that seq.
    private func browsing(_ seq: Int64) -> ScreenState {
        var state = Fixture.group()
        state.mode = .browse(.init(chosen: .message(seq: seq)))
        return state
    }

    @Test func escapeEntersAndLeavesAndKeepsTheDraft() {
        var state = Fixture.group()
        state.composer = Composer("half")
        _ = Fixture.press(&state, .escape)
        #expect(state.mode != .compose && state.composer.text == "half")
        _ = Fixture.press(&state, .character("x"), .escape)
        #expect(state.mode == .compose && state.composer.text == "half")
    }

    @Test func jAndKWalkOverMessagesAndHoles() {
        var state = browsing(121)
        _ = Fixture.press(&state, .character("k"))
        #expect(state.mode == .browse(.init(chosen: .message(seq: 120))))
        _ = Fixture.press(&state, .character("k"))
        #expect(state.mode == .browse(.init(chosen: .hole(through: 119))))
        _ = Fixture.press(&state, .character("j"), .character("j"))
        #expect(state.mode == .browse(.init(chosen: .message(seq: 121))))
    }

    @Test func replyCarriesTheMessageID() {
        var state = browsing(120)
        _ = Fixture.press(&state, .character("r"))
        let sent = Fixture.type(&state, "yes")
        var expected = ScreenEffect.Outgoing(chatroomID: 9, text: "yes")
        expected.replyTo = "m120"
        #expect(sent.contains(.send(expected)) && state.intent == .message)
    }

    @Test func editKeepsTheDraftAside() throws {
        var state = browsing(121)
        state.composer = Composer("draft")
        let own = try #require(state.timeline.messages.first { $0.seq == 121 })
        _ = Fixture.press(&state, .character("e"))
        #expect(state.composer.text == own.content)
        let sent = Fixture.type(&state, "!")
        let edit = ScreenEffect.Outgoing(
            chatroomID: 9, text: own.content + "!", kind: .edit(own))
        #expect(sent.contains(.send(edit)))
        #expect(state.composer.text == "draft")
    }

    @Test func backspaceAtTheStartDropsAReply() {
        var state = browsing(120)
        _ = Fixture.press(&state, .character("r"), .backspace)
        #expect(state.intent == .message)
    }

    @Test func onlyOwnTextsAreEdited() {
        var state = browsing(120)
        _ = Fixture.press(&state, .character("e"))
        #expect(state.intent == .message && state.notice.text.contains("own"))
    }

    @Test func recallAsksFirst() throws {
        var state = browsing(121)
        let own = try #require(state.timeline.messages.first { $0.seq == 121 })
        #expect(Fixture.press(&state, .character("d")).isEmpty)
        let recall = ScreenEffect.Outgoing(chatroomID: 9, text: "", kind: .recall(own))
        #expect(Fixture.press(&state, .character("y")).contains(.send(recall)))
        #expect(state.overlay == nil)
    }

    @Test func aReactionIsPickedAndTheSameOneTakesItBack() throws {
        var state = browsing(120)
        _ = Fixture.press(&state, .character("+"))
        let tea = try #require(state.timeline.messages.first { $0.seq == 120 })
        for character in "thumbs_up" { _ = Fixture.press(&state, .character(character)) }
        let effects = Fixture.press(&state, .enter)
        let back = ScreenEffect.Outgoing(chatroomID: 9, text: "", kind: .reaction(tea))
        #expect(effects == [.send(back)])
    }

    @Test func copyPinSaveAndOpen() {
        var state = browsing(121)
        let content = state.timeline.messages.filter { $0.seq == 121 }.map(\.content).joined()
        #expect(Fixture.press(&state, .character("y")) == [.copy(content)])
        #expect(
            Fixture.press(&state, .character("o"))
                == [.openLink("https://example.org/cakes?id=1(x)")])
        #expect(Fixture.press(&state, .character("p")).contains(.setPin(9, seq: 121, true)))
        var picture = browsing(123)
        let saved = Fixture.press(&picture, .character("s"))
        #expect(saved.contains { if case .file(.save) = $0 { true } else { false } })
    }

    @Test func aReplyOpensWhatItAnswers() {
        var state = browsing(127)
        _ = Fixture.press(&state, .character("o"))
        #expect(state.mode == .browse(.init(chosen: .message(seq: 121))))
    }

    @Test func lookingForTextWalksThroughTheHits() {
        var state = browsing(130)
        let keys: [Key] = [.character("/"), .character("t"), .character("e"), .enter]
        let effects = keys.flatMap { ScreenReducer.reduce(&state, .input(.key($0))) }
        #expect(effects.contains(.search("te", chatroomID: 9)))
        let hits = [128, 127, 120].map { Fixture.message($0, "te", chat: 9) }
        _ = ScreenReducer.reduce(&state, .found(hits, query: "te", names: [:]))
        #expect(chosen(state) == .message(seq: 128))
        _ = Fixture.press(&state, .character("n"), .character("n"))
        #expect(chosen(state) == .message(seq: 120))
        _ = Fixture.press(&state, .character("N"))
        #expect(chosen(state) == .message(seq: 127))
    }

    private func chosen(_ state: ScreenState) -> TimelineItem.Key? {
        if case .browse(let browse) = state.mode { browse.chosen } else { nil }
    }

    @Test func whatIsQueuedCanBeCopiedButNotAnswered() {
        var state = Fixture.group()
        state.mode = .browse(.init(chosen: .pending("p1")))
        _ = Fixture.press(&state, .character("r"))
        #expect(state.intent == .message && state.notice.text.contains("not sent yet"))
        #expect(Fixture.press(&state, .character("y")) == [.copy("on my way")])
    }
}
