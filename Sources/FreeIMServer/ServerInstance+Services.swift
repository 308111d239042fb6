import Logging

extension ServerInstance {
    /// What the routes use.
    static func webServices(
        _ config: ServerConfig, store: Store, accounts: Accounts, index: MessageIndex?,
        directory: DeviceDirectory, sendLimits: UserSendLimits, metrics: ServerMetrics,
        hooks: HookService?,
        operations: OperationServices, page: @escaping @Sendable () -> ChatPage,
        log: Logger
    ) throws -> HTTPServices {
        HTTPServices(
            store: store, accounts: accounts,
            media: try MediaStore(config.data, fileBytesMax: config.mediaBytesMax, log: log),
            index: config.searchIndex ? index : nil, directory: directory,
            sendLimits: sendLimits, metrics: metrics, operations: operations,
            adminToken: try AdminToken.load(config.data),
            frameBytesMax: config.frameBytesMax,
            isMessagingOpen: config.messagingPolicy == .open,
            bodyBytesMax: config.httpBodyBytesMax, adminBodyBytesMax: config.adminBodyBytesMax,
            hooks: hooks, appVersion: appVersion(config), isReady: { store.isReady }, page: page,
            log: log)
    }

    /// The routes' services on a data folder that nobody serves, for one operator's command; the
    /// caller holds the folder's lock and closes the store. Throws `StoreError`.
    static func alone(_ config: ServerConfig, log: Logger) async throws -> HTTPServices {
        let network = DeliveryNetwork(loops: [])
        let metrics = ServerMetrics()
        let store = try Store.open(
            storeOptions(config, ServerFaults()), publisher: network, metrics: metrics, log: log)
        let accounts = try accounts(
            config, try WebhookCaller(config.data), store: store, log: log)
        let operations = try OperationServices(config, network: network, drain: {})
        return try webServices(
            config, store: store, accounts: accounts, index: nil,
            directory: DeviceDirectory(
                policy: config.devicePolicy, devicesPerUserMax: config.devicesPerUserMax),
            sendLimits: UserSendLimits(perSecond: config.sendRatePerSecondUser), metrics: metrics,
            hooks: nil, operations: operations,
            page: { ChatPage(webSocketPort: nil, isSecure: false) },
            log: log)
    }
}
