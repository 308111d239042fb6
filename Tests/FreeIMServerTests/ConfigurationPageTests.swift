import Foundation
import Testing

@testable import FreeIMServer

/// docs/configuration.md says what the settings table says.
///
/// `FREEIM_WRITE_DOCS=1 swift test --filter ConfigurationPageTests` writes the page anew.
@Suite struct ConfigurationPageTests {
    private static let page = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/configuration.md")

    private static let introduction = """
        # Configuration

        Every setting is a flag, an environment variable, and a key of the YAML file that `--config`
        (or `FREEIM_CONFIG`) names. Flags win, then the environment, then the file; an empty
        variable counts as unset. Sizes are in bytes and times in seconds, as the names say. A key
        that does not exist, or a value out of its range, keeps the server from starting.

        ```yaml
        # freeim.yaml
        data: /var/lib/freeim
        tcp: 0.0.0.0:2000
        heartbeat-seconds: 60
        ```

        `freeim-server check-config --config freeim.yaml` names everything that is wrong, by key and
        line; when nothing is, it prints every value that holds and where it comes from.

        """

    private static var expected: String {
        var lines = [introduction]
        for section in Setting.Section.allCases {
            lines.append("## \(section.rawValue)\n")
            lines.append("| flag, key | variable | takes | default | |")
            lines.append("| --- | --- | --- | --- | --- |")
            for setting in Setting.all where setting.section == section {
                let standard = setting.text(in: ServerConfig())
                lines.append(
                    "| `\(setting.flag)` | `\(setting.variable)` | \(setting.takes) "
                        + "| \(standard.isEmpty ? "–" : "`\(standard)`") | \(setting.help) |")
            }
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }

    @Test func pageIsTheTable() throws {
        if ProcessInfo.processInfo.environment["FREEIM_WRITE_DOCS"] == "1" {
            try Self.expected.write(to: Self.page, atomically: true, encoding: .utf8)
        }
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        #expect(text == Self.expected, "write it anew: see this suite's comment")
    }

    /// The file in the page is one that the server takes.
    @Test func exampleIsGood() {
        let block = Self.introduction.components(separatedBy: "```")[1]
        var loaded = LoadedConfig()
        loaded.take(ConfigFile(path: "x", text: String(block.dropFirst("yaml".count))))
        #expect(loaded.problems == [])
        #expect(loaded.config.heartbeatSeconds == 60)
    }
}
