/// The texts of `freeim-server --help` and `check-config`, made from the settings table.
public enum ServerHelp {
    /// Columns of the widest line.
    static let columnsMax = 100

    /// What `--help` prints: of those commands, or of everything.
    public static func text(_ names: [ServerCommand.Name] = []) -> String {
        let commands = ServerCommand.all.filter { names.contains($0.name) }
        return commands.isEmpty ? everything : commands.map(text).joined(separator: "\n")
    }

    private static var everything: String {
        var lines = [
            "freeim-server: the FreeIM chat server",
            "",
            "usage: freeim-server [COMMAND] [--config FILE] [--SETTING VALUE]...",
            "       freeim-server COMMAND --help",
            "",
            "Commands (serve is what runs without one):",
        ]
        for command in ServerCommand.all {
            lines.append("  " + command.usage.dropFirst("freeim-server ".count))
            lines += command.help.map { "      " + $0 }
        }
        lines += [
            "",
            "A command that changes something does it through the server that runs on the data",
            "folder (over its HTTP listener), or by itself when none does.",
            "",
            "Each setting is a flag (--heartbeat-seconds 30), an environment variable",
            "(FREEIM_HEARTBEAT_SECONDS=30) and a line of the YAML file (heartbeat-seconds: 30).",
            "Flags win, then the environment, then the file. An empty variable counts as unset.",
            "",
            "  --config FILE (FREEIM_CONFIG)",
            "      The YAML file.",
        ]
        for section in Setting.Section.allCases {
            lines += ["", "\(section.rawValue):"]
            for setting in Setting.all where setting.section == section {
                lines += describe(setting)
            }
        }
        lines += [
            "",
            "exit status: 0 ended in order or nothing wrong; 1 a bad value, a listener that cannot",
            "bind, data that cannot be used, a refusal, or a fault while serving",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ command: ServerCommand) -> String {
        var lines = ["usage: \(command.usage)"]
        lines += command.help.map { "  " + $0 }
        for option in command.options {
            lines += ["", "  --\(option.name)" + (option.value.map { " \($0)" } ?? "")]
            lines.append("      \(option.help)")
        }
        lines += [
            "", "  --data DIR, --config FILE and every other setting: see freeim-server --help",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// What `check-config` prints about a configuration without problems: each value, its origin.
    public static func report(_ loaded: LoadedConfig) -> String {
        let width = Setting.all.map(\.key.count).max() ?? 0
        var lines = ["The configuration is good."]
        for setting in Setting.all {
            let value = setting.text(in: loaded.config)
            let pad = String(repeating: " ", count: width - setting.key.count)
            let origin = loaded.origin(of: setting)
            lines.append("  \(setting.key)\(pad)  \(value.isEmpty ? "-" : value)  (\(origin))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func describe(_ setting: Setting) -> [String] {
        let standard = setting.text(in: ServerConfig())
        var lines = ["  \(setting.flag) \(setting.valueName)"]
        if lines[0].count > columnsMax { lines = ["  \(setting.flag) VALUE"] }
        lines.append("      \(setting.help)")
        lines.append(
            "      [\(setting.takes); default \(standard.isEmpty ? "none given" : standard)]")
        return lines
    }
}
