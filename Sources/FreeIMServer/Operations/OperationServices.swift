/// What the operators' routes use beside the store.
struct OperationServices: Sendable {
    /// The data folder.
    let data: String
    let network: DeliveryNetwork
    let backups: BackupDesk
    let limits: RequestLimits
    let guardLimits: HTTPGuard.Limits
    /// Begins what SIGTERM begins.
    let drain: @Sendable () -> Void

    init(
        _ config: ServerConfig, network: DeliveryNetwork, drain: @escaping @Sendable () -> Void
    ) throws(StoreError) {
        guard let proxies = TrustedProxies(config.trustedProxies) else {
            throw StoreError(
                "trusted-proxies: \(config.trustedProxies) is not IP addresses separated by commas")
        }
        data = config.data
        self.network = network
        backups = BackupDesk(data: config.data)
        limits = RequestLimits(
            perSecondUser: config.requestRatePerSecondUser,
            perSecondAddress: config.requestRatePerSecondAddress, proxies: proxies)
        guardLimits = HTTPGuard.Limits(
            connectionsMax: config.httpConnectionsMax,
            requestSeconds: Int64(config.httpRequestSeconds),
            idleSeconds: HTTPListener.idleSecondsMax)
        self.drain = drain
    }
}
