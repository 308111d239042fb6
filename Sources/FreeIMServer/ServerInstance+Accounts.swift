import FreeIMHTTPClient
import Logging

/// How accounts are made of the configuration.
extension ServerInstance {
    static func accounts(
        _ config: ServerConfig, _ caller: WebhookCaller, store: Store, log: Logger
    ) throws -> Accounts {
        let identity = try address("identity-url", config.identityURL).map { address in
            IdentityProvider(
                caller: caller, address: address, secondsMax: config.hookTimeoutSeconds, log: log)
        }
        return Accounts(
            store: store, settings: accountsSettings(config),
            verificationSender: try verificationSender(config, caller, log),
            verificationKey: try SecretFile.load(config.data + "/verification.key"),
            identityProvider: identity)
    }

    static func appVersion(_ config: ServerConfig) -> AppVersion {
        AppVersion(
            code: config.appVersionCode, isMust: config.appVersionMust,
            name: config.appVersionName, download: config.appVersionDownload,
            page: config.appVersionPage, description: config.appVersionDescription)
    }

    private static func verificationSender(
        _ config: ServerConfig, _ caller: WebhookCaller, _ log: Logger
    ) throws -> any VerificationSender {
        switch config.verificationSender {
        case .none: return NoVerificationSender()
        case .log: return LogVerificationSender(log: log)
        case .webhook:
            let url = try address("verification-webhook-url", config.verificationWebhookURL)
            guard let url else {
                throw StoreError("verification-sender webhook needs verification-webhook-url")
            }
            return WebhookVerificationSender(
                caller: caller, address: url, secondsMax: config.hookTimeoutSeconds, log: log)
        }
    }

    /// The address that a setting names; nil: none is set.
    static func address(_ key: String, _ url: String?) throws(StoreError) -> HTTPURL? {
        guard let url else { return nil }
        guard let address = HTTPURL(url) else {
            throw StoreError("\(key): \(url) is not an http or https URL")
        }
        return address
    }

    private static func accountsSettings(_ config: ServerConfig) -> AccountsSettings {
        var settings = AccountsSettings()
        settings.tokenLifetimeSeconds = config.tokenLifetimeSeconds
        settings.signInAttemptsPerMinuteAccount = config.signInAttemptsPerMinuteAccount
        settings.signInAttemptsPerMinuteAddress = config.signInAttemptsPerMinuteAddress
        settings.passwordHashConcurrency = config.passwordHashConcurrency
        settings.scryptLogN = config.scryptLogN
        settings.verification = VerificationCodes.Limits(
            seconds: config.verificationSeconds, triesMax: config.verificationTriesMax,
            perHour: config.verificationsPerHour, perDay: config.verificationsPerDay)
        settings.newDeviceMessagesMax = min(
            config.newDeviceMessagesMax, config.offlineSingleMessagesMax,
            config.offlineGroupMessagesMax)
        return settings
    }
}
