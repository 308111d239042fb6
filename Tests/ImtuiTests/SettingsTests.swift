import Foundation
import Testing

@testable import imtui

@Suite struct SettingsTests {
    @Test func everySettingIsTaken() {
        let text = """
            # what I like
            notify = desktop
            mouse=off
              colours = 256
            background = light
            editor = nano -w
            picture = cells
            clock = 12h
            sidebar-width = 30
            open-command = open -a "Web Browser"

            bind F5 = switcher
            bind x = react browse
            bind = = pin-message browse
            unbind Alt-K
            unbind Home browse
            """
        let (settings, problems) = Settings.parse(text, file: "imtui.conf")
        #expect(problems == [])
        var expected = Settings()
        expected.notify = .desktop
        expected.hasMouse = false
        expected.colours = .many
        expected.background = .light
        expected.editor = "nano -w"
        expected.picture = .cells
        expected.clock = .hours12
        expected.sidebarWidth = 30
        expected.openCommand = "open -a \"Web Browser\""
        expected.keys.bind(.function(5), to: .switcher, in: .compose)
        expected.keys.bind(.character("x"), to: .react, in: .browse)
        expected.keys.bind(.character("="), to: .pinMessage, in: .browse)
        expected.keys.unbind(.alt("k"), in: .compose)
        expected.keys.unbind(.home, in: .browse)
        #expect(settings == expected)
    }

    @Test func anEmptyFileIsTheDefaults() {
        #expect(Settings.parse("", file: "x").settings == Settings())
        #expect(Settings.parse("\r\n# nothing\r\n", file: "x").problems.isEmpty)
    }

    @Test(arguments: [
        ("notify = loud", "'notify = loud' is not understood; it is bell, desktop or off"),
        ("colors = 16", "there is no setting 'colors'; did you mean 'colours'?"),
        ("mouse = yes", "'mouse = yes' is not understood; it is on or off"),
        ("sidebar-width = 300", "'sidebar-width = 300' is not understood; it is auto, or 10 to 60"),
        ("open-command =", "'open-command = ' is not understood; it is a command, as xdg-open"),
        ("clock", "'clock' has no value; write 'clock = …'"),
        (
            "hello there",
            "'hello there' is none of 'name = value', 'bind KEY = action', 'unbind KEY'"
        ),
        ("bind F5", "'bind F5' binds nothing; write 'bind KEY = action'"),
        ("bind F5 = switchr", "there is no action 'switchr'; did you mean 'switcher'?"),
        (
            "bind Hyper-X = undo",
            "there is no key 'Hyper-X'; keys are as Ctrl-J, Alt-Up, Alt-/, F7, PgUp, Space"
        ),
        ("bind F5 = undo nowhere", "there is no context 'nowhere'; it is compose or browse"),
        (
            "bind x = undo",
            "'x' alone is for writing; bind it with Ctrl or Alt, or in browse"
        ),
        ("unbind F9", "'F9' is not bound"),
        ("unbind j compose", "'j' is not bound in compose"),
    ])
    func aMistakeSaysWhatWouldBeRight(line: String, says: String) {
        let (settings, problems) = Settings.parse("# one\n\(line)\nclock = 12h", file: "f.conf")
        #expect(problems.map(\.description) == ["f.conf:2: \(says)"])
        var expected = Settings()
        expected.clock = .hours12
        #expect(settings == expected)
    }

    @Test func whatIsSaidTwiceIsReported() {
        let text = "clock = 12h\nclock = 24h\nbind F5 = undo\nbind f5 = redo\nbind F5 = copy browse"
        let (settings, problems) = Settings.parse(text, file: "f")
        #expect(
            problems.map(\.description) == [
                "f:2: 'clock' is there already, in line 1; this line is left out",
                "f:4: 'F5' in compose is there already, in line 3; this line is left out",
            ])
        #expect(settings.clock == .hours12)
        #expect(settings.keys.action(for: .function(5), in: .compose) == .undo)
        #expect(settings.keys.action(for: .function(5), in: .browse) == .copy)
    }

    @Test func theFileIsFoundAndRead() throws {
        #expect(Settings.path(["XDG_CONFIG_HOME": "/c"]) == "/c/freeim/imtui.conf")
        #expect(
            Settings.path(["HOME": "/h", "XDG_CONFIG_HOME": "c"]) == "/h/.config/freeim/imtui.conf")
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("freeim-settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("imtui.conf").path
        #expect(Settings.load(path).settings == Settings())
        #expect(Settings.load(path).problems.isEmpty)
        try Data("mouse = off\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(!Settings.load(path).settings.hasMouse)
        try Data([0xff, 0xfe, 0x00]).write(to: URL(fileURLWithPath: path))
        #expect(Settings.load(path).problems.map(\.description) == ["\(path) is not UTF-8"])
        try Data(repeating: 0x23, count: Settings.fileBytesMax + 1)
            .write(to: URL(fileURLWithPath: path))
        #expect(Settings.load(path).problems.count == 1)
        #expect(Settings.load(folder.path).problems.map(\.text) == ["cannot be read"])
    }
}
