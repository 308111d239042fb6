/// What `freeim-server` can be asked to do beside serving: words, arguments, flags, one table.
public struct ServerCommand: Sendable {
    /// The words that name it.
    public enum Name: String, Sendable, CaseIterable {
        case serve
        case checkConfig = "check-config"
        case migrate
        case backup
        case restore
        case export
        case userList = "user list"
        case userShow = "user show"
        case userAdd = "user add"
        case userPassword = "user password"
        case userRename = "user rename"
        case userDelete = "user delete"
        case ban
        case tokenIssue = "token issue"
        case tokenList = "token list"
        case tokenRevoke = "token revoke"
        case doctor
    }

    /// A flag of the command's own.
    struct Option: Sendable {
        let name: String
        /// What stands for its value in `--help`; nil: it takes none.
        let value: String?
        let help: String
        var isRequired = false
    }

    public let name: Name
    /// What stands for each argument in `--help`; all of them are needed.
    let arguments: [String]
    let options: [Option]
    /// What it does, in lines of at most 80 columns.
    let help: [String]

    /// The words as they are typed.
    public var words: String { name.rawValue }

    /// `freeim-server user add ACCOUNT [--nickname NAME]`, without the settings.
    var usage: String {
        let flags = options.map { option in
            let text = "--\(option.name)" + (option.value.map { " \($0)" } ?? "")
            return option.isRequired ? text : "[\(text)]"
        }
        return (["freeim-server", words] + arguments + flags).joined(separator: " ")
    }

    static func named(_ name: Name) -> ServerCommand? { all.first { $0.name == name } }
}

extension ServerCommand {
    private static let account = "ACCOUNT"
    private static let json = Option(
        name: "json", value: nil, help: "Print JSON, an object a line.")

    /// Every command, in the order of `--help`.
    public static let all: [ServerCommand] =
        [
            ServerCommand(
                name: .serve, arguments: [], options: [],
                help: [
                    "Listens, and prints one line of JSON once every listener accepts; logs go to",
                    "standard error; SIGTERM and SIGINT drain and end it.",
                ]),
            ServerCommand(
                name: .checkConfig, arguments: [], options: [],
                help: [
                    "Says what is wrong with the configuration, by key and line, or, when nothing",
                    "is, which values hold and where each comes from.",
                ]),
            ServerCommand(
                name: .migrate, arguments: [], options: [],
                help: ["Brings the database to this version's schema; refuses a newer one."]),
        ] + files + users + access + [
            ServerCommand(
                name: .doctor, arguments: [], options: [json],
                help: [
                    "Looks at the data folder, the database, the machine and the settings; a line",
                    "each: ok, warning or problem, with what to do. Status 1 for any problem.",
                ])
        ]

    private static let files: [ServerCommand] = [
        ServerCommand(
            name: .backup, arguments: [],
            options: [
                Option(
                    name: "to", value: "FOLDER", help: "A folder that does not exist yet.",
                    isRequired: true)
            ],
            help: [
                "Copies the database and the files of a data folder, also while it is served,",
                "and verifies the copy.",
            ]),
        ServerCommand(
            name: .restore, arguments: [],
            options: [
                Option(name: "from", value: "FOLDER", help: "A backup.", isRequired: true)
            ],
            help: ["Verifies a backup and makes a data folder of it; --data must be empty or new."]
        ),
        ServerCommand(
            name: .export, arguments: [],
            options: [
                Option(
                    name: "user", value: account,
                    help: "What is kept of a user: profile, friends, messages, moments."),
                Option(name: "chatroom", value: "ID", help: "The log of a conversation."),
            ],
            help: ["Prints JSON lines: what belongs to one user, or one conversation's log."]),
    ]

    private static let users: [ServerCommand] = [
        ServerCommand(
            name: .userList, arguments: [],
            options: [
                Option(
                    name: "search", value: "TEXT", help: "In account, nickname, phone; or an ID."),
                json,
            ],
            help: ["Lists accounts."]),
        ServerCommand(
            name: .userShow, arguments: [account], options: [json],
            help: ["Shows an account, its devices and what it holds."]),
        ServerCommand(
            name: .userAdd, arguments: [account],
            options: [
                Option(name: "nickname", value: "NAME", help: "Shown to others."),
                Option(
                    name: "no-password", value: nil,
                    help: "Only tokens open it; nothing is read from standard input."),
            ],
            help: ["Makes an account; its password is the first line of standard input."]),
        ServerCommand(
            name: .userPassword, arguments: [account], options: [],
            help: [
                "Sets a password, the first line of standard input, and revokes all tokens."
            ]),
        ServerCommand(
            name: .userRename, arguments: [account, "NEW_ACCOUNT"], options: [],
            help: ["Changes the name that an account signs in with."]),
        ServerCommand(
            name: .userDelete, arguments: [account],
            options: [
                Option(
                    name: "yes", value: nil, help: "Needed: it cannot be undone.",
                    isRequired: true)
            ],
            help: ["Deletes an account and what is personal; conversations keep their logs."]),
    ]

    private static let access: [ServerCommand] = [
        ServerCommand(
            name: .ban, arguments: [account],
            options: [
                Option(name: "days", value: "N", help: "1 ... 36,500; without it: for good."),
                Option(name: "reason", value: "TEXT", help: "Shown to who is banned."),
                Option(name: "lift", value: nil, help: "Ends a ban."),
            ],
            help: ["Keeps an account out: its tokens are revoked, its connections closed."]),
        ServerCommand(
            name: .tokenIssue, arguments: [account],
            options: [
                Option(name: "device", value: "ID", help: "The one device that it is good for."),
                Option(
                    name: "seconds", value: "N",
                    help: "How long it is good; without it: token-lifetime-seconds."),
            ],
            help: ["Prints a new access token."]),
        ServerCommand(
            name: .tokenList, arguments: [account], options: [json],
            help: ["Lists an account's tokens by ID; the tokens themselves are not kept."]),
        ServerCommand(
            name: .tokenRevoke, arguments: [account],
            options: [
                Option(name: "id", value: "ID", help: "As token list shows it."),
                Option(name: "all", value: nil, help: "Every token of the account."),
            ],
            help: ["Revokes a token, or all, and closes their connections."]),
    ]
}
