/// What accounts are held to.
struct AccountsSettings: Sendable {
    /// Seconds a token from a sign-in stays valid.
    var tokenLifetimeSeconds = 2_592_000
    /// Attempts a minute on one account; 0: no limit.
    var signInAttemptsPerMinuteAccount = 10
    /// Attempts a minute from one address; 0: no limit.
    var signInAttemptsPerMinuteAddress = 100
    /// Password hashes computed at once.
    var passwordHashConcurrency = 1
    /// scrypt's cost, as a power of two.
    var scryptLogN = 14
    /// Of verification codes.
    var verification = VerificationCodes.Limits()
    /// Newest messages of each conversation pushed to a device that begins.
    var newDeviceMessagesMax = 50
}
