import Foundation
import FreeIMClient
import Testing

@testable import imtui

/// Whole screens, cell by cell, against files; `FREEIM_UPDATE_GOLDEN=1` writes them anew.
@Suite struct ScreenGoldenTests {
    static let sizes = [(24, 80), (50, 160)]

    struct Scene: Sendable, CustomTestStringConvertible {
        let name: String
        let state: @Sendable (Int, Int) -> ScreenState
        var testDescription: String { name }
    }

    /// A screen after some keys.
    private static func after(
        _ name: String, _ keys: [Key],
        _ change: @escaping @Sendable (inout ScreenState) -> Void = { _ in }
    ) -> Scene {
        Scene(name: name) { rows, columns in
            var state = ScreenFixture.group(rows: rows, columns: columns)
            change(&state)
            for key in keys { _ = ScreenReducer.reduce(&state, .input(.key(key))) }
            return state
        }
    }

    private static func text(_ text: String) -> [Key] { text.map { .character($0) } }

    static let scenes: [Scene] = [
        Scene(name: "single") { ScreenFixture.state(rows: $0, columns: $1) },
        after("group", []),
        after("browse", [.escape, .character("k"), .character("k"), .character("k")]),
        after("find", [.escape, .character("/")] + text("plates")),
        after("reply", [.escape, .character("k"), .character("k"), .character("r")] + text("yes")),
        after("lines", text("one") + [.alt(.enter)] + text("two 你好") + [.control("j")] + text("3")),
        after("complete-name", text("hi @") + [.tab]),
        after("complete-command", text("/gr") + [.tab]),
        after("complete-emoji", text(":cat") + [.tab]),
        after("switcher", [.alt("k")] + text("b")),
        after("help", [.function(1)]),
        after(
            "emoji", [.escape, .character("k"), .character("k"), .character("k"), .character("+")]),
        after(
            "recall", [.escape] + text("kkk") + [.character("g")] + text("jj") + [.character("d")]),
        after("no-panes", [.function(7), .function(8)]),
        after("scrolled", [.pageUp]),
        after("password", text("/password") + [.enter]),
        after("oldest", [.alt(.home)]),
        after("search", [.alt("s")] + text("tea")) { _ in },
        after("off-line", []) {
            $0.connection = .offline(reason: "nobody answers at this address", retryMs: 4_000)
        },
        after("writing", []) { $0.typing = [9: [2, 3]] },
        after("transfer", []) {
            $0.transfers = [
                "1": .init(name: "cake.png", isUpload: true, done: 30_000, total: 48_213)
            ]
        },
        after("notice", [.control("c")]),
        Scene(name: "listing") { rows, columns in
            var state = ScreenFixture.group(rows: rows, columns: columns)
            var result = CommandResult()
            result.listing = Listing(
                title: "Friends",
                rows: [.init("@bob  鲍勃", .chat(1)), .init("@carol  Carol  met at the book club")])
            _ = ScreenReducer.reduce(&state, .called(CommandCall("friend.list"), .success(result)))
            return state
        },
        Scene(name: "found") { rows, columns in
            var state = ScreenFixture.group(rows: rows, columns: columns)
            for key in [Key.alt("s")] + text("tea") {
                _ = ScreenReducer.reduce(&state, .input(.key(key)))
            }
            let hits = [
                ScreenFixture.message(120, "tea at four ☕", user: 3, chat: 9),
                ScreenFixture.message(2, "green tea, 绿茶 tea, more tea", chat: 1),
            ]
            _ = ScreenReducer.reduce(&state, .found(hits, query: "tea", names: [:]))
            return state
        },
        Scene(name: "welcome") { rows, columns in
            var state = ScreenFixture.state(rows: rows, columns: columns)
            _ = ScreenReducer.reduce(&state, .chats([], names: [:]))
            return state
        },
        Scene(name: "sign-in") { rows, columns in
            var state = ScreenFixture.state(rows: rows, columns: columns)
            state.signIn = SignInForm()
            for key in text("alice") + [.enter] + text("secret") {
                _ = ScreenReducer.reduce(&state, .input(.key(key)))
            }
            return state
        },
        Scene(name: "register") { rows, columns in
            var state = ScreenFixture.state(rows: rows, columns: columns)
            state.signIn = SignInForm()
            state.signIn?.error = "The account is taken; choose another."
            _ = ScreenReducer.reduce(&state, .input(.key(.function(2))))
            return state
        },
        Scene(name: "moments") { rows, columns in
            var state = ScreenFixture.group(rows: rows, columns: columns)
            _ = ScreenFixture.type(&state, "/moment list")
            _ = ScreenReducer.reduce(
                &state,
                .called(CommandCall("moment.list"), .success(.init(data: MomentsFixture.feed))))
            return state
        },
    ]

    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appendingPathComponent("Golden")

    @Test(arguments: scenes, [0, 1]) func screen(scene: Scene, size: Int) throws {
        let (rows, columns) = Self.sizes[size]
        let grid = ScreenView.draw(scene.state(rows, columns))
        let cursor = grid.cursor.map { "\($0.row):\($0.column)" } ?? "hidden"
        let drawn =
            grid.text.joined(separator: "\n") + "\n\ncursor \(cursor)\n"
            + grid.styles.joined(separator: "\n") + "\n"
        let file = Self.folder.appendingPathComponent("\(scene.name)-\(columns)x\(rows).txt")
        if ProcessInfo.processInfo.environment["FREEIM_UPDATE_GOLDEN"] == "1" {
            try Data(drawn.utf8).write(to: file)
        }
        let kept = try String(contentsOf: file, encoding: .utf8)
        if kept == drawn { return }
        let pairs = zip(
            kept.split(separator: "\n", omittingEmptySubsequences: false),
            drawn.split(separator: "\n", omittingEmptySubsequences: false))
        let first = pairs.first { $0 != $1 }
        Issue.record("\(file.lastPathComponent): was «\(first?.0 ?? "")», is «\(first?.1 ?? "")»")
    }

    @Test func everyRowIsExactlyAsWideAsTheScreen() {
        for rows in [1, 2, 3, 5, 12, 24, 60, 200] {
            for columns in [1, 5, 10, 20, 39, 69, 70, 80, 119, 120, 139, 140, 160, 500] {
                for scene in Self.scenes {
                    let grid = ScreenView.draw(scene.state(rows, columns))
                    #expect(grid.cells.count == rows)
                    for row in grid.cells {
                        let width = row.reduce(0) { $0 + TextWidth.of($1.text) }
                        #expect(
                            row.count == columns && width == columns,
                            "\(scene.name) \(rows)×\(columns)")
                    }
                }
            }
        }
    }

    @Test func aResizeWalkComesBackToTheSameScreen() {
        for scene in Self.scenes {
            var state = scene.state(24, 80)
            let before = ScreenView.draw(state)
            for (rows, columns) in [(50, 160), (5, 20), (200, 500), (24, 69), (1, 1), (24, 80)] {
                _ = ScreenReducer.reduce(&state, .input(.resized(rows: rows, columns: columns)))
                _ = ScreenView.draw(state)
            }
            #expect(ScreenView.draw(state) == before, "\(scene.name)")
        }
    }
}
