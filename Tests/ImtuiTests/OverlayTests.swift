import FreeIMClient
import FreeIMProtocol
import Testing

@testable import imtui

@Suite struct OverlayTests {
    static let sizes = [
        (1, 1), (2, 3), (3, 12), (4, 12), (5, 20), (6, 40), (24, 80), (50, 160), (200, 500),
    ].map { GridSize(rows: $0.0, columns: $0.1) }

    /// Keys, pastes and the mouse, in an order that a seed gives.
    static func events(_ seed: UInt64, _ size: GridSize) -> [InputEvent] {
        var random = Seeded(state: seed &* 0x9e37_79b9_7f4a_7c15 | 1)
        func pick(_ count: Int) -> Int { Int(random.next() % UInt64(max(count, 1))) }
        let keys: [Key] = [
            .enter, .up, .down, .pageUp, .pageDown, .home, .end, .tab, .left, .right, .backspace,
            .escape, .character("/"), .character("j"), .character("k"), .character("g"),
            .character("G"), .character("l"), .character("c"), .character("p"),
            .character("D"), .character("n"), .character("y"), .character("r"),
            .character("a"), .character("你"), .control("u"), .control("w"), .control("j"),
        ]
        return (0..<80).map { _ in
            switch pick(10) {
            case 0:
                let kinds: [MouseEvent.Kind] = [.press(1), .wheelUp, .wheelDown, .release, .drag]
                return .mouse(
                    MouseEvent(
                        kind: kinds[pick(5)], row: pick(size.rows), column: pick(size.columns)))
            case 1: return .paste("two\nlines 👨‍👩‍👧")
            case 2: return .resized(rows: size.rows, columns: size.columns)
            default: return .key(keys[pick(keys.count)])
            }
        }
    }

    /// Nothing traps at any size, and nothing is drawn outside the area.
    private func torture<Part: OverlayPart>(_ make: () -> Part) {
        for (index, size) in OverlayTests.sizes.enumerated() {
            var overlay = make()
            for (step, event) in OverlayTests.events(UInt64(index + 1), size).enumerated() {
                if overlay.handle(event, in: size) == .close { overlay = make() }
                // A large screen is looked at now and then only.
                if size.rows > 50, step % 40 != 0 { continue }
                var grid = Grid(rows: size.rows + 2, columns: size.columns + 2)
                for row in 0..<grid.rows {
                    grid.put(String(repeating: "x", count: grid.columns), row: row, column: 0)
                }
                overlay.draw(
                    into: &grid, row: 1, column: 1, rows: size.rows, columns: size.columns)
                let edge = String(repeating: "x", count: grid.columns)
                #expect(grid.text.first == edge)
                #expect(grid.text.last == edge)
                #expect(grid.text.allSatisfy { $0.hasPrefix("x") && $0.hasSuffix("x") })
                if let cursor = grid.cursor {
                    #expect((0..<grid.rows).contains(cursor.row))
                    #expect((0..<grid.columns).contains(cursor.column))
                }
            }
        }
    }

    @Test func theSwitcherAtEverySize() {
        torture { SwitcherOverlay(OverlayFixture.chats) }
        torture { SwitcherOverlay([]) }
    }

    @Test func theSearchAtEverySize() {
        torture {
            var overlay = SearchOverlay(titles: [7: "产品讨论组"], names: [2: "Bob"])
            _ = overlay.handle(.paste("hello"), in: GridSize(rows: 24, columns: 80))
            overlay.took(results: OverlayFixture.hits, for: "hello")
            return overlay
        }
    }

    @Test func theListingAtEverySize() {
        torture { ListingOverlay(OverlayFixture.listing, chatroomID: 7) }
        torture { ListingOverlay(Listing(title: "", rows: [])) }
    }

    @Test func theMomentsAtEverySize() {
        torture { MomentsOverlay(ownID: 1) }
        torture {
            var overlay = MomentsOverlay(ownID: 1)
            overlay.took(data: OverlayFixture.feed, for: MomentsOverlay.firstCall)
            return overlay
        }
    }

    @Test func theOthersAtEverySize() {
        torture { EmojiOverlay() }
        torture { HelpOverlay(keys: .standard) }
        torture { ConfirmOverlay("Dissolve 产品讨论组? Nobody can write there again.", [.quit]) }
        torture { FormOverlay.password() }
        torture { FormOverlay.profile([("nickname", "Alice"), ("signature", "你好")]) }
    }

    @Test func theBoxTakesNoMoreThanThereIs() {
        for size in OverlayTests.sizes {
            for rows in [0, 1, 3, 500] {
                let box = OverlayBox(in: size, rows: rows, columns: rows * 2)
                #expect(box.top >= 0 && box.top + box.height <= size.rows)
                #expect(box.left >= 0 && box.left + box.width <= size.columns)
                #expect(box.innerTop + box.rows <= size.rows)
            }
        }
    }
}

/// What the overlays' tests show.
enum OverlayFixture {
    static let time: Int64 = 1_764_036_000_000

    static func chat(
        _ id: Int64, _ title: String, unread: Int64 = 0, mentions: Int64 = 0
    ) -> CachedConversation {
        var chat = CachedConversation(
            chatroomID: id, type: 2, title: title, peerID: 0, headSeq: 10, firstSeq: 1, ackSeq: 0,
            readSeq: 0, peerDeliveredSeq: 0, peerReadSeq: 0, notifyLevel: 0, isPinned: false,
            memberCount: 3, updatedTime: 0, unread: unread, newest: nil)
        chat.unreadMentions = mentions
        return chat
    }

    static let chats: [CachedConversation] = [
        chat(1, "Deep Sea"), chat(2, "design", unread: 3), chat(3, "产品讨论组"),
        chat(4, "Bob", unread: 1, mentions: 1), chat(5, "windows"),
    ]

    static let hits: [ChatMessage] = (0..<30).map { index in
        ChatMessage(
            chatroomID: 7, seq: Int64(100 - index), messageID: "m\(index)", userID: 2, code: 1,
            content: String(repeating: "before ", count: index) + "and Hello 你好 there",
            time: time)
    }

    static let listing = Listing(
        title: "Friends",
        rows: [
            .init("alice\tAlice\tonline", .chat(5)),
            .init("bob\t小明\taway", .call(CommandCall("profile.show", ["user": "bob"]))),
            .init("a line without any target that is long enough to be wrapped at 40 columns"),
            .init("#12 hello", .message(chatroomID: 5, seq: 12)),
        ])

    static func post(_ id: Int64, userID: Int64 = 2, text: String = "a day at sea") -> JSONValue {
        [
            "id": .int(id), "user_id": .int(userID), "nickname": "Bob", "text": .string(text),
            "images": ["/media/a.png"], "video": "", "visibility": "friends", "like_count": 2,
            "is_liked": false, "likes": ["Carol"], "comment_count": 3, "time": .int(time),
            "comments": [["id": 1, "user_id": 3, "nickname": "Carol", "text": "nice"]],
        ]
    }

    static let feed: JSONValue = [
        "list": [
            post(9), post(8, userID: 1, text: String(repeating: "long text 你好 ", count: 60)),
            post(7),
        ], "next_cursor": "m.7",
    ]
}
