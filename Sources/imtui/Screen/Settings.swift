import Foundation

/// What the config file says; `imtui.conf` beside the profiles.
struct Settings: Equatable, Sendable {
    /// Bytes of a config file that are read.
    static let fileBytesMax = 262_144
    /// Columns that the list of chats may have.
    static let sidebarColumns = 10...60

    enum Colours: String, CaseIterable, Sendable {
        case auto, none
        case sixteen = "16"
        case many = "256"
        case full = "true"
    }

    enum Background: String, CaseIterable, Sendable {
        case auto, light, dark
    }

    /// How pictures are shown.
    enum Picture: String, CaseIterable, Sendable {
        /// As the terminal can: its graphics, else cells.
        case auto
        case cells, off
    }

    enum Clock: String, CaseIterable, Sendable {
        case hours24 = "24h"
        case hours12 = "12h"
    }

    /// How somebody is told of a mention, where the chat itself says nothing else.
    var notify = NotifyWay.bell
    var hasMouse = true
    var colours = Colours.auto
    var background = Background.auto
    /// The command that Alt-E starts; empty: `$VISUAL`, `$EDITOR`, `vi`.
    var editor = ""
    var picture = Picture.auto
    var clock = Clock.hours24
    /// Columns of the list of chats; nil: as the screen's width has it.
    var sidebarWidth: Int?
    /// The command that opens a link or a file.
    var openCommand = "xdg-open"
    var keys = KeyBindings.standard

    /// `$XDG_CONFIG_HOME/freeim/imtui.conf`.
    static func path(_ environment: [String: String]) -> String {
        let named = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (named ?? (environment["HOME"] ?? "/tmp") + "/.config") + "/freeim/imtui.conf"
    }

    /// The settings of a file and what is wrong in it; a file that is not there says nothing.
    static func load(_ path: String) -> (settings: Settings, problems: [SettingsProblem]) {
        guard FileManager.default.fileExists(atPath: path) else { return (Settings(), []) }
        func unread(_ why: String) -> (settings: Settings, problems: [SettingsProblem]) {
            (Settings(), [SettingsProblem(file: path, line: 0, text: why)])
        }
        guard let file = FileHandle(forReadingAtPath: path) else {
            return unread("cannot be read")
        }
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: fileBytesMax + 1) ?? Data() else {
            return unread("cannot be read")
        }
        if data.count > fileBytesMax { return unread("has more than \(fileBytesMax) bytes") }
        guard let text = String(bytes: data, encoding: .utf8) else {
            return unread("is not UTF-8")
        }
        return parse(text, file: path)
    }

    /// The settings that a text has, the defaults for the rest, and what is wrong in it: a line
    /// with a mistake changes nothing.
    static func parse(
        _ text: String, file: String
    ) -> (settings: Settings, problems: [SettingsProblem]) {
        var parser = SettingsParser(file: file)
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() { parser.take(line, number: index + 1) }
        return (parser.settings, parser.problems)
    }
}

/// A mistake in the config file.
struct SettingsProblem: Error, Equatable, Sendable, CustomStringConvertible {
    var file: String
    /// From 1; 0: the file itself.
    var line: Int
    /// What is wrong and what would be right.
    var text: String

    var description: String { line == 0 ? "\(file) \(text)" : "\(file):\(line): \(text)" }
}
