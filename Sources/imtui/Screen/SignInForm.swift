/// The form of the first screen.
struct SignInForm: Equatable, Sendable {
    var isRegistering = false
    /// Server (TCP), HTTP, account, password, nickname.
    var fields = [
        Composer("127.0.0.1:2000"), Composer("127.0.0.1:8080"), Composer(),
        Composer(), Composer(),
    ]
    var focus = 2
    var error = ""
    var isBusy = false

    static let labels = ["server", "http", "account", "password", "nickname"]
    /// Fields shown: the nickname only when registering.
    var count: Int { isRegistering ? 5 : 4 }
}
