import Logging

/// What routes use.
struct HTTPServices: Sendable {
    let store: Store
    let accounts: Accounts
    let media: MediaStore
    /// What is searched; nil: not on this server.
    let index: MessageIndex?
    let directory: DeviceDirectory
    let sendLimits: UserSendLimits
    let metrics: ServerMetrics
    let operations: OperationServices
    let adminToken: String
    let frameBytesMax: Int
    let isMessagingOpen: Bool
    /// Bytes of a request's body, `/admin` aside.
    let bodyBytesMax: Int
    /// Bytes of the body of a request to `/admin`.
    let adminBodyBytesMax: Int
    /// nil: no webhooks are called, as this is no server.
    let hooks: HookService?
    let appVersion: AppVersion
    let isReady: @Sendable () -> Bool
    /// The page at `/`.
    let page: @Sendable () -> ChatPage
    let log: Logger
}
