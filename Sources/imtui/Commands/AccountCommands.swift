import ArgumentParser
import Foundation
import FreeIMClient
import FreeIMProtocol

/// Where a password comes from: standard input, the environment, or a prompt without echo.
struct PasswordOptions: ParsableArguments {
    @Flag(help: "Read the password from standard input.")
    var passwordStdin = false

    func read() throws -> String {
        if passwordStdin { return readLine(strippingNewline: true) ?? "" }
        if let password = ProcessInfo.processInfo.environment["FREEIM_PASSWORD"] {
            return password
        }
        guard isatty(STDIN_FILENO) == 1, let typed = getpass("Password: ") else {
            throw ClientError.unknown(
                "no password: use --password-stdin, or set FREEIM_PASSWORD")
        }
        return String(cString: typed)
    }
}

struct RegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Makes an account and signs in on this device.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var secret: PasswordOptions
    @Argument(help: "The account's name.") var account: String
    @Option(help: "What others see; the account's name when left out.") var nickname = ""

    func run() async throws {
        let password = try secret.read()
        try await Account.enter(common, account, nickname) { options in
            try await ChatClient.register(
                account: account, password: password, nickname: nickname, options: options)
        }
    }
}

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Signs in on this device.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var secret: PasswordOptions
    @Argument(help: "The account's name.") var account: String

    func run() async throws {
        let password = try secret.read()
        try await Account.enter(common, account, "") { options in
            try await ChatClient.signIn(account: account, password: password, options: options)
        }
    }
}

struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Signs out on this device; the cache stays.")
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let client = try common.client()
        try await client.http("/logout")
        common.forgetToken()
        common.show(["signed_out": true], "signed out")
    }
}

/// What signing in and registering have in common.
enum Account {
    static func enter(
        _ common: CommonOptions, _ account: String, _ nickname: String,
        _ ask: (ChatClientOptions) async throws -> (userID: Int64, token: String)
    ) async throws {
        var profile = try common.loadProfile()
        if !profile.account.isEmpty, profile.account != account {
            // Another account on this profile would see the first one's cache.
            throw ClientError.unknown(
                "the profile '\(common.profile)' belongs to \(profile.account); use --profile")
        }
        let (userID, token) = try await ask(try profile.options(common.profile))
        profile.account = account
        profile.userID = userID
        profile.token = token
        if !nickname.isEmpty { profile.nickname = nickname }
        try profile.save(common.profile)
        common.show(
            ["user_id": .int(userID), "account": .string(account)],
            "signed in as \(account) (user \(userID))")
    }
}
