import Testing

@testable import imtui

@Suite struct KeyBindingsTests {
    @Test(arguments: [
        ("Ctrl-J", Key.control("j")), ("Alt-Up", Key.alt(.up)), ("F7", Key.function(7)),
        ("PgUp", Key.pageUp), ("PgDn", Key.pageDown), ("Alt-/", Key.alt("/")),
        ("Space", Key.character(" ")), ("Ctrl-Space", Key.control(" ")),
        ("Ctrl-_", Key.control("_")), ("Alt-A", Key.alt("a")), ("Alt-Shift-A", Key.alt("A")),
        ("Shift-Tab", Key(.tab, .shift)), ("Ctrl-Left", Key(.left, .control)),
        ("g", Key.character("g")), ("G", Key.character("G")), ("+", Key.character("+")),
        ("-", Key.character("-")), ("Alt--", Key.alt("-")), ("=", Key.character("=")),
        ("Esc", Key.escape), ("Ctrl-Alt-X", Key(.character("x"), [.control, .alt])),
        ("F", Key.character("F")), ("Alt-Backspace", Key.alt(.backspace)),
        ("é", Key.character("é")),
    ])
    func namesBothWays(name: String, key: Key) {
        #expect(key.name == name)
        #expect(Key(name: name) == key)
    }

    @Test func namesInOtherWays() {
        #expect(Key(name: "ctrl-j") == .control("j"))
        #expect(Key(name: "alt-pageup") == .alt(.pageUp))
        #expect(Key(name: "escape") == .escape)
        #expect(Key(name: "f12") == .function(12))
        for name in ["", "Ctrl-", "F0", "F25", "Hyper-A", "Foo", "  "] {
            #expect(Key(name: name) == nil, "\(name)")
        }
    }

    @Test func theDefaultsAreWithoutDuplicatesAndWithoutGaps() {
        #expect(KeyBindings.duplicates(in: KeyBindings.defaults).isEmpty)
        for action in UIAction.allCases {
            #expect(!KeyBindings.standard.keys(for: action).isEmpty, "\(action.rawValue)")
            #expect(!action.summary.isEmpty)
            #expect(action.summary.count <= 44)
        }
        for (key, action) in KeyBindings.defaults {
            #expect(Key(name: key.name) == key, "\(key.name)")
            #expect(KeyBindings.standard.action(for: key, in: action.context) == action)
        }
        let twice: [(key: Key, action: UIAction)] = [
            (.up, .up), (.up, .browseUp), (.up, .down),
        ]
        #expect(
            KeyBindings.duplicates(in: twice) == [.init(key: .up, context: .compose)])
    }

    @Test func theKeysThatAreAgreed() {
        let compose: [(String, UIAction)] = [
            ("Enter", .send), ("Alt-Enter", .newLine), ("Ctrl-J", .newLine),
            ("Alt-Up", .chatPrevious), ("Alt-Down", .chatNext), ("Alt-1", .chat1),
            ("Alt-9", .chat9), ("Alt-A", .nextUnread), ("Alt-K", .switcher),
            ("Alt-/", .lastChat), ("PgUp", .pageUp), ("PgDn", .pageDown),
            ("Alt-Home", .timelineTop), ("Alt-End", .timelineBottom), ("Alt-U", .firstUnread),
            ("Alt-S", .searchAll), ("Alt-E", .externalEditor), ("F7", .toggleSidebar),
            ("F8", .toggleInfo), ("F1", .help), ("Esc", .browse), ("Ctrl-L", .redraw),
            ("Ctrl-C", .keepDraft), ("Ctrl-Z", .suspend), ("Tab", .complete),
            ("Shift-Tab", .completeBack), ("Ctrl-_", .undo), ("Alt-_", .redo),
        ]
        for (name, action) in compose {
            let key = Key(name: name)
            #expect(key.flatMap { KeyBindings.standard.action(for: $0, in: .compose) } == action)
        }
        let browse: [(Character, UIAction)] = [
            ("j", .browseDown), ("k", .browseUp), ("g", .browseTop), ("G", .browseBottom),
            ("/", .browseSearch), ("n", .browseNext), ("N", .browsePrevious), ("r", .reply),
            ("e", .edit), ("d", .recall), ("+", .react), ("y", .copy), ("o", .open),
            ("s", .save), ("p", .pinMessage), ("i", .leaveBrowse), ("q", .leaveBrowse),
        ]
        for (character, action) in browse {
            let key = Key.character(character)
            #expect(KeyBindings.standard.action(for: key, in: .browse) == action)
            #expect(KeyBindings.standard.action(for: key, in: .compose) == nil)
        }
    }

    @Test func browsingNeverWrites() {
        let keys = KeyBindings.standard
        #expect(keys.action(for: .control("k"), in: .browse) == nil)
        #expect(keys.action(for: .tab, in: .browse) == nil)
        #expect(keys.action(for: .escape, in: .browse) == .leaveBrowse)
        #expect(keys.action(for: .pageUp, in: .browse) == .pageUp)
        #expect(keys.action(for: .alt("k"), in: .browse) == .switcher)
        #expect(keys.action(for: .enter, in: .browse) == .open)
    }

    @Test func helpIsMadeFromTheTable() {
        var keys = KeyBindings.standard
        #expect(keys.helpRows.contains { $0.keys == "Alt-1 … Alt-9" })
        #expect(keys.helpRows.contains { $0.keys == "Alt-Enter, Ctrl-J" && $0.does == "new line" })
        keys.bind(.function(5), to: .switcher, in: .compose)
        #expect(keys.names(for: .switcher) == "Alt-K, F5")
        keys.unbind(.alt("k"), in: .compose)
        #expect(keys.helpRows.contains { $0.keys == "F5" && $0.does == "find a chat" })
        keys.unbind(.alt("3"), in: .compose)
        #expect(keys.helpRows.filter { $0.keys.hasPrefix("Alt-") }.count > 9)
        #expect(keys.helpRows.allSatisfy { !$0.keys.isEmpty && !$0.does.isEmpty })
    }
}
