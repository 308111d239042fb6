/// Which key does what, in each context.
struct KeyBindings: Equatable, Sendable {
    /// One key of one context.
    struct Place: Hashable, Sendable {
        var key: Key
        var context: UIAction.Context
    }

    /// One line of the help: the keys of an action, and what it does.
    struct HelpRow: Equatable, Sendable {
        var group: UIAction.Group
        var keys: String
        var does: String
    }

    /// What a key is bound to before the config says otherwise, in the order of the help.
    static let defaults: [(key: Key, action: UIAction)] =
        writing + editing + chats + screen + browsing

    private static let writing: [(key: Key, action: UIAction)] = [
        (.enter, .send), (.alt(.enter), .newLine), (.control("j"), .newLine),
        (.up, .up), (.down, .down),
        (.tab, .complete), (Key(.tab, .shift), .completeBack),
        (.alt("e"), .externalEditor),
    ]
    private static let editing: [(key: Key, action: UIAction)] = [
        (.control("a"), .lineStart), (.home, .lineStart),
        (.control("e"), .lineEnd), (.end, .lineEnd),
        (.control("b"), .left), (.left, .left), (.control("f"), .right), (.right, .right),
        (.alt("b"), .wordLeft), (Key(.left, .control), .wordLeft),
        (.alt("f"), .wordRight), (Key(.right, .control), .wordRight),
        (.backspace, .deleteBack), (.control("h"), .deleteBack),
        (.delete, .deleteForward), (.control("d"), .deleteForward),
        (.alt(.backspace), .deleteWordBack), (.alt("d"), .deleteWordForward),
        (.control("k"), .killToEnd), (.control("u"), .killToStart),
        (.control("w"), .killWordBack), (.control("y"), .yank), (.alt("y"), .yankPop),
        (.control("_"), .undo), (.alt("_"), .redo), (.control("t"), .transpose),
    ]
    private static let chats: [(key: Key, action: UIAction)] = [
        (.alt(.up), .chatPrevious), (.alt(.down), .chatNext),
        (.alt("1"), .chat1), (.alt("2"), .chat2), (.alt("3"), .chat3), (.alt("4"), .chat4),
        (.alt("5"), .chat5), (.alt("6"), .chat6), (.alt("7"), .chat7), (.alt("8"), .chat8),
        (.alt("9"), .chat9),
        (.alt("a"), .nextUnread), (.alt("k"), .switcher), (.alt("/"), .lastChat),
        (.pageUp, .pageUp), (.pageDown, .pageDown),
        (.alt(.home), .timelineTop), (.alt(.end), .timelineBottom),
        (.alt("u"), .firstUnread), (.alt("s"), .searchAll),
    ]
    private static let screen: [(key: Key, action: UIAction)] = [
        (.escape, .browse), (.function(1), .help), (.function(7), .toggleSidebar),
        (.function(8), .toggleInfo), (.control("l"), .redraw), (.control("c"), .keepDraft),
        (.control("z"), .suspend),
    ]
    private static let browsing: [(key: Key, action: UIAction)] = [
        (.character("j"), .browseDown), (.down, .browseDown),
        (.character("k"), .browseUp), (.up, .browseUp),
        (.character("g"), .browseTop), (.home, .browseTop),
        (.character("G"), .browseBottom), (.end, .browseBottom),
        (.character("/"), .browseSearch), (.character("n"), .browseNext),
        (.character("N"), .browsePrevious), (.character("r"), .reply), (.character("e"), .edit),
        (.character("d"), .recall), (.character("+"), .react), (.character("y"), .copy),
        (.character("o"), .open), (.enter, .open), (.character("s"), .save),
        (.character("p"), .pinMessage), (.escape, .leaveBrowse), (.character("i"), .leaveBrowse),
        (.character("q"), .leaveBrowse),
    ]

    /// The bindings without any config.
    static let standard = KeyBindings()

    private var table: [Place: UIAction] = [:]
    /// The places in the order they were bound in, for the help.
    private var order: [Place] = []

    init() {
        for (key, action) in KeyBindings.defaults { bind(key, to: action, in: action.context) }
    }

    /// What a key does. In browse mode a key without a binding of its own does what it does
    /// elsewhere, unless that would write into the draft.
    func action(for key: Key, in context: UIAction.Context) -> UIAction? {
        if let action = table[Place(key: key, context: context)] { return action }
        switch context {
        case .compose: return nil
        case .browse:
            let elsewhere = table[Place(key: key, context: .compose)]
            return elsewhere?.group == .writing ? nil : elsewhere
        }
    }

    /// The keys of an action, the first bound first.
    func keys(for action: UIAction) -> [Key] {
        order.filter { table[$0] == action }.map(\.key)
    }

    /// The names of an action's keys; empty: it has none.
    func names(for action: UIAction) -> String {
        keys(for: action).map(\.name).joined(separator: ", ")
    }

    /// Binds a key; what it did before in that context.
    @discardableResult
    mutating func bind(
        _ key: Key, to action: UIAction, in context: UIAction.Context
    ) -> UIAction? {
        let place = Place(key: key, context: context)
        let before = table.updateValue(action, forKey: place)
        if before == nil { order.append(place) }
        return before
    }

    /// Takes a key's binding away; false: it had none.
    @discardableResult
    mutating func unbind(_ key: Key, in context: UIAction.Context) -> Bool {
        let place = Place(key: key, context: context)
        order.removeAll { $0 == place }
        return table.removeValue(forKey: place) != nil
    }

    /// Places that a list of bindings names twice.
    static func duplicates(in list: [(key: Key, action: UIAction)]) -> [Place] {
        var seen: Set<Place> = []
        return list.compactMap { key, action in
            let place = Place(key: key, context: action.context)
            return seen.insert(place).inserted ? nil : place
        }
    }

    /// Every action that has a key, by group; the nine numbered chats are one row while their
    /// keys follow one another.
    var helpRows: [HelpRow] {
        let numbered = UIAction.allCases.filter { $0.chatNumber != nil }
        let isRun = numbered.allSatisfy { action in
            keys(for: action) == [.alt(Character("\(action.chatNumber ?? 0)"))]
        }
        var rows: [HelpRow] = []
        for action in KeyBindings.helpOrder {
            if isRun, let number = action.chatNumber {
                guard number == 1 else { continue }
                rows.append(
                    HelpRow(group: action.group, keys: "Alt-1 … Alt-9", does: action.summary))
                continue
            }
            let keys = names(for: action)
            if keys.isEmpty { continue }
            let does = action.chatNumber.map { "chat \($0) of the list" } ?? action.summary
            rows.append(HelpRow(group: action.group, keys: keys, does: does))
        }
        return rows
    }

    /// Every action once: in the order of the default bindings, group by group.
    private static let helpOrder: [UIAction] = {
        var seen: Set<UIAction> = []
        let listed = (defaults.map(\.action) + UIAction.allCases).filter {
            seen.insert($0).inserted
        }
        return UIAction.Group.allCases.flatMap { group in listed.filter { $0.group == group } }
    }()
}
