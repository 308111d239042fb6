import Foundation
import FreeIMProtocol
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// One running server: its store, its listeners, and the way it ends.
public final class ServerInstance: Sendable {
    /// Milliseconds between two writes of the cursors that moved.
    static let cursorFlushMs = 1_000
    /// Milliseconds between two parts of such a write.
    static let cursorPauseMs = 10

    /// Where TCP is served, HOST:PORT; nil: not at all.
    public let tcp: ListenAddress?
    /// Where WebSocket is served, HOST:PORT; nil: not at all.
    public let ws: ListenAddress?
    /// Where HTTP is served, HOST:PORT; nil: not at all.
    public let http: ListenAddress?
    private let config: ServerConfig
    private let store: Store
    private let network: DeliveryNetwork
    private let listeners: ServerListeners
    private let certificates: ServerCertificates?
    private let group: MultiThreadedEventLoopGroup
    private let flusher: Task<Void, Never>
    private let housekeeping: Task<Void, Never>
    private let index: MessageIndex
    private let hooks: HookService
    private let lock: DataFolderLock
    private let log: Logger

    private init(
        config: ServerConfig, store: Store, index: MessageIndex, hooks: HookService,
        network: DeliveryNetwork,
        listeners: ServerListeners, certificates: ServerCertificates?,
        housekeeping: Housekeeping, group: MultiThreadedEventLoopGroup,
        lock: DataFolderLock, log: Logger
    ) {
        self.config = config
        self.store = store
        self.index = index
        self.hooks = hooks
        self.network = network
        self.listeners = listeners
        self.certificates = certificates
        self.group = group
        self.lock = lock
        self.log = log
        tcp = ServerInstance.address(config.tcp, listeners.tcp?.channel.localAddress?.port)
        ws = ServerInstance.address(config.ws, listeners.ws?.channel.localAddress?.port)
        http = ServerInstance.address(config.http, listeners.http?.port)
        // Both owned by the instance, which cancels them when it ends.
        self.housekeeping = Task { await housekeeping.run() }
        flusher = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(ServerInstance.cursorFlushMs))
                await store.flushCursors(pause: .milliseconds(ServerInstance.cursorPauseMs))
            }
        }
    }

    private static func address(_ asked: ListenAddress?, _ port: Int?) -> ListenAddress? {
        guard let asked, let port else { return nil }
        return ListenAddress(host: asked.host, port: port)
    }

    /// Opens the store and starts every listener; returns when all of them accept.
    ///
    /// Errors: `StoreError`, one line for a person.
    public static func start(
        _ config: ServerConfig, faults: ServerFaults = ServerFaults(), log: Logger,
        onDrain: @escaping @Sendable () -> Void = {}
    ) async throws -> ServerInstance {
        let certificates = try ServerCertificates(config)
        _ = try StoreOpening.prepare(config.data)
        let lock = try DataFolderLock(config.data)
        let loops =
            config.eventLoops > 0 ? config.eventLoops : max(1, System.coreCount - 1)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        let network = DeliveryNetwork(loops: Array(group.makeIterator()))
        let metrics = ServerMetrics()
        let store: Store
        do {
            store = try Store.open(
                storeOptions(config, faults), publisher: network, metrics: metrics, log: log)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        do {
            return try await listen(
                config, faults, store: store, network: network, metrics: metrics,
                certificates: certificates, group: group, lock: lock, log: log,
                onDrain: onDrain)
        } catch {
            await store.close()
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private static func listen(
        _ config: ServerConfig, _ faults: ServerFaults, store: Store, network: DeliveryNetwork,
        metrics: ServerMetrics, certificates: ServerCertificates?,
        group: MultiThreadedEventLoopGroup, lock: DataFolderLock, log: Logger,
        onDrain: @escaping @Sendable () -> Void
    ) async throws -> ServerInstance {
        let limits = gatewayLimits(config)
        let caller = try WebhookCaller(config.data)
        let accounts = try accounts(config, caller, store: store, log: log)
        let directory = DeviceDirectory(
            policy: config.devicePolicy, devicesPerUserMax: config.devicesPerUserMax)
        let sendLimits = UserSendLimits(perSecond: config.sendRatePerSecondUser)
        let operations = try OperationServices(config, network: network, drain: onDrain)
        try await network.start(
            GatewayServices(
                limits: limits, directory: directory,
                census: AddressCensus(connectionsMax: limits.connectionsPerAddressMax),
                proxies: operations.limits.proxies, sendLimits: sendLimits, metrics: metrics,
                faults: faults, log: log,
                clock: WallClock.milliseconds))
        let index = try await MessageIndex.start(
            config.data, store: store, searches: config.searchIndex, log: log)
        let hooks = try await HookService.start(
            config, caller, store: store, directory: directory, log: log)
        // The page tells where WebSocket is, which is known once that listener is bound.
        let page = NIOLockedValueBox(ChatPage(webSocketPort: nil, isSecure: false))
        let services = try webServices(
            config, store: store, accounts: accounts, index: index, directory: directory,
            sendLimits: sendLimits, metrics: metrics, hooks: hooks, operations: operations,
            page: { page.withLockedValue { $0 } },
            log: log)
        do {
            let recipe = GatewayListener.Recipe(
                network: network, store: store, limits: limits,
                signInCheck: { try await accounts.signIn($0, address: $1) },
                certificates: certificates)
            let listeners = try await ServerListeners.start(
                config, services, recipe, group: group)
            page.withLockedValue {
                $0 = ChatPage(
                    webSocketPort: listeners.ws?.channel.localAddress?.port,
                    isSecure: certificates != nil)
            }
            return ServerInstance(
                config: config, store: store, index: index, hooks: hooks, network: network,
                listeners: listeners, certificates: certificates,
                housekeeping: Housekeeping(
                    config, store: store, media: services.media, index: index, log: log),
                group: group, lock: lock, log: log)
        } catch {
            store.commits.close()
            await index.stop()
            await hooks.stop()
            throw error
        }
    }

    /// Reads the certificates again; connections that are open keep theirs.
    public func reload() {
        guard let certificates else {
            return log.notice("SIGHUP: there is no certificate to read again")
        }
        do throws(StoreError) {
            try certificates.reload()
            log.notice("SIGHUP: the certificate was read again")
        } catch {
            log.error("SIGHUP: \(error)")
        }
    }

    /// Ends in order: no new connections, what is under way is answered, every device is told
    /// when to come back, all is written and checkpointed.
    public func drain() async {
        await listeners.stop()
        let spread = Int64(config.drainSeconds) * 1_000
        network.drain(reconnectSpreadMs: spread)
        let deadline = ContinuousClock.now + .milliseconds(spread)
        while await network.connectionCount() > 0, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
        flusher.cancel()
        housekeeping.cancel()
        await housekeeping.value
        store.commits.close()
        await index.stop()
        await hooks.stop()
        await store.close()
        try? await group.shutdownGracefully()
        log.info("drained")
    }

    static func storeOptions(
        _ config: ServerConfig, _ faults: ServerFaults
    ) -> StoreOptions {
        var options = StoreOptions(directory: config.data)
        options.mailboxMax = config.storeMailboxMax
        options.batchMax = config.storeBatchMax
        options.readThreads = config.readThreads
        options.walBytesMax = config.walBytesMax
        options.frameBytesMax = config.frameBytesMax
        options.isMessagingOpen = config.messagingPolicy == .open
        options.groupMembersMax = config.groupMembersMax
        options.recallSeconds = config.recallSeconds
        options.editSeconds = config.editSeconds
        options.isMomentReviewed = config.momentReview == .before
        options.mediaBytesPerUserMax = config.mediaBytesPerUserMax
        options.faults = faults
        return options
    }

    private static func gatewayLimits(_ config: ServerConfig) -> GatewayLimits {
        var limits = GatewayLimits()
        limits.frameBytesMax = config.frameBytesMax
        limits.heartbeatSeconds = config.heartbeatSeconds
        limits.authenticationSeconds = config.authenticationSeconds
        limits.offlineSingleMessagesMax = config.offlineSingleMessagesMax
        limits.offlineGroupMessagesMax = config.offlineGroupMessagesMax
        limits.newDeviceMessagesMax = config.newDeviceMessagesMax
        limits.slowConsumerSeconds = config.slowConsumerSeconds
        limits.outboundBytesMax = config.outboundBytesMax
        limits.connectionsMax = config.connectionsMax
        limits.connectionsPerAddressMax = config.connectionsPerAddressMax
        limits.sendRatePerSecond = config.sendRatePerSecond
        return limits
    }
}
