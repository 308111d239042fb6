import Testing

@testable import imtui

@Suite struct EditKeysTests {
    @Test func everyActionOfWritingIsDone() {
        let elsewhere: Set<UIAction> = [.send, .complete, .completeBack, .externalEditor]
        for action in UIAction.allCases {
            var composer = Composer("one\ntwo\nthree")
            composer.move(to: 5)
            let isDone = EditKeys.apply(action, to: &composer, width: 40)
            #expect(isDone == (action.group == .writing && !elsewhere.contains(action)))
        }
    }

    @Test func upAndDownEndAtTheText() {
        var composer = Composer("one\ntwo")
        #expect(!EditKeys.apply(.down, to: &composer, width: 40))
        #expect(EditKeys.apply(.up, to: &composer, width: 40))
        #expect(!EditKeys.apply(.up, to: &composer, width: 40))
        #expect(composer.cursor == 3)
    }

    @Test func onlyPlainCharactersAreTyped() {
        var composer = Composer()
        #expect(EditKeys.type(.character("é"), into: &composer))
        #expect(EditKeys.type(Key(.character("A"), .shift), into: &composer))
        #expect(!EditKeys.type(.control("a"), into: &composer))
        #expect(!EditKeys.type(.alt("a"), into: &composer))
        #expect(!EditKeys.type(.enter, into: &composer))
        #expect(composer.text == "éA")
    }

    @Test func aFieldHasOneLine() {
        var composer = Composer()
        #expect(EditKeys.field(.paste("a\nb\r\nc"), &composer))
        #expect(composer.text == "a b c")
        #expect(EditKeys.field(.key(.control("w")), &composer))
        #expect(composer.text == "a b ")
        #expect(!EditKeys.field(.key(.control("j")), &composer))
        #expect(!EditKeys.field(.key(.up), &composer))
        #expect(!EditKeys.field(.key(.enter), &composer))
        #expect(composer.text == "a b ")
    }
}
