import FreeIMClient
import FreeIMProtocol

/// The man page, made from what the program knows of its own commands.
enum ManPage {
    /// Bytes of imtui's description of itself, at most.
    private static let help = ImtuiCommand._dumpHelp()

    /// The page as roff, for `man`. Throws `ClientError` when the description cannot be read.
    static func make() throws -> String {
        guard let description = JSONValue(parsing: Array(help.utf8)),
            description["command"] != .null
        else { throw ClientError.unknown("the commands' own description cannot be read") }
        let root = description["command"]
        let commands = root["subcommands"].items.filter { $0["shouldDisplay"] != false }
        var page = ".TH IMTUI 1 \"\" \"FreeIM\" \"User Commands\"\n"
        page += ".SH NAME\nimtui \\- \(text(root["abstract"]))\n"
        page += ".SH SYNOPSIS\n.B imtui\n[\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]\n"
        page += ".SH DESCRIPTION\n" + introduction
        page += ".SH COMMANDS\n"
        for command in commands where command["commandName"] != "help" { page += section(command) }
        page += ".SH SLASH COMMANDS\nOn the screen and in \\fBimtui plain\\fR:\n"
        for definition in CommandTable.all {
            page += ".TP\n.B \(escaped(definition.usage))\n\(escaped(definition.summary)).\n"
        }
        for alias in CommandTable.aliases {
            page += ".TP\n.B \(escaped(alias.short))\nshort for \(escaped(alias.long)).\n"
        }
        return page + ending
    }

    private static let introduction = """
        .B imtui
        chats from a terminal.
        Without a command, the screen opens; F1 shows its keys there.
        What it receives is kept in a cache of its own, which is read before the network is;
        .B imtui verify
        compares that with the server.
        .PP
        A chat is named by its number, by
        .I @account
        of a friend, or by its title.

        """

    private static let ending: String = {
        var page = ".SH EXIT STATUS\n"
        for (code, meaning) in ExitStatus.meanings {
            page += ".TP\n.B \(code)\n\(escaped(meaning)).\n"
        }
        page += ".SH ENVIRONMENT\n"
        for (name, meaning) in environment {
            page += ".TP\n.B \(name)\n\(escaped(meaning)).\n"
        }
        page += ".SH FILES\n"
        for (path, meaning) in files {
            page += ".TP\n.I \(escaped(path))\n\(escaped(meaning)).\n"
        }
        return page
    }()

    private static let environment = [
        ("FREEIM_PROFILE", "the profile, when --profile is not given"),
        ("FREEIM_SERVER_TCP", "the server's TCP listener, HOST:PORT"),
        ("FREEIM_SERVER_HTTP", "the server's HTTP listener, http://HOST:PORT or https://HOST:PORT"),
        ("FREEIM_SERVER_TLS", "on or off, as --tls and --no-tls"),
        ("FREEIM_SERVER_CA", "a PEM file with authorities, as --ca"),
        ("FREEIM_PASSWORD", "the password, for register and login"),
        ("FREEIM_OPENER", "the program that /file open starts; xdg-open when not set"),
        ("XDG_CONFIG_HOME", "where the profiles are; ~/.config when not set"),
        ("XDG_DATA_HOME", "where the caches are; ~/.local/share when not set"),
        ("XDG_DOWNLOAD_DIR", "where files are saved; ~/Downloads when not set"),
        ("NO_COLOR", "set: no colours"),
    ]

    private static let files = [
        ("~/.config/freeim/PROFILE.json", "who is signed in, and where; mode 0600"),
        ("~/.local/share/freeim/PROFILE.sqlite", "the cache: messages, drafts, what waits to go"),
    ]

    private static func section(_ command: JSONValue) -> String {
        let arguments = command["arguments"].items.filter { argument in
            argument["shouldDisplay"] != false && name(argument) != "--help"
        }
        let positionals = arguments.filter { $0["kind"] == "positional" }
        var head = "imtui \(command["commandName"].text ?? "")"
        for argument in positionals {
            let value = (argument["valueName"].text ?? "").uppercased()
            let word = argument["isRepeating"] == true ? "\(value)…" : value
            head += argument["isOptional"] == true ? " [\(word)]" : " \(word)"
        }
        var section = ".SS \"\(escaped(head))\"\n\(text(command["abstract"]))\n"
        if let discussion = command["discussion"].text {
            for line in discussion.split(separator: "\n") {
                section += ".PP\n\(escaped(String(line)))\n"
            }
        }
        for argument in arguments { section += item(argument) }
        return section
    }

    private static func name(_ argument: JSONValue) -> String {
        let name = argument["preferredName"]
        return (name["kind"] == "long" ? "--" : "-") + (name["name"].text ?? "")
    }

    private static func item(_ argument: JSONValue) -> String {
        let value = (argument["valueName"].text ?? "").uppercased()
        var tag = "\\fI\(escaped(value))\\fR"
        if argument["kind"] != "positional" {
            tag = "\\fB\(escaped(name(argument)))\\fR"
            if argument["kind"] == "option" { tag += " \\fI\(escaped(value))\\fR" }
        }
        var words = text(argument["abstract"])
        if let usual = argument["defaultValue"].text, argument["kind"] == "option" {
            words += " Usually \(escaped(usual))."
        }
        return ".TP\n\(tag)\n\(words)\n"
    }

    private static func text(_ value: JSONValue) -> String { escaped(value.text ?? "") }

    /// Text that roff shows as it is.
    static func escaped(_ text: String) -> String {
        let safe = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
            .replacing("\n", with: " ").replacing("\"", with: "\\(dq")
        let isRequest = safe.hasPrefix(".") || safe.hasPrefix("'")
        return isRequest ? "\\&" + safe : safe
    }
}
