/// What the operators' routes use beside the store.
struct OperationServices: Sendable {
    /// The data folder.
    let data: String
    let network: DeliveryNetwork
    let backups: BackupDesk
    /// Begins what SIGTERM begins.
    let drain: @Sendable () -> Void
}
