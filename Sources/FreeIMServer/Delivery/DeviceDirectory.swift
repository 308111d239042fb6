import FreeIMProtocol
import NIOConcurrencyHelpers

/// Which device is connected where, over all event loops.
final class DeviceDirectory: Sendable {
    /// A connection's address: its event loop and its number there.
    struct Place: Sendable, Equatable {
        let loop: Int
        let connection: Int
    }

    /// A device bound to a connection.
    struct Binding: Sendable {
        let device: Int64
        let deviceType: String
        let place: Place
    }

    /// What binding a device means for others.
    struct Bound: Sendable {
        /// Connections that end, and why.
        let replaced: [(place: Place, reason: QuitReason)]
        /// The user had no device on line before.
        let cameOnline: Bool
    }

    private let isOnePerType: Bool
    private let devicesPerUserMax: Int
    private let users = NIOLockedValueBox<[Int64: [Binding]]>([:])

    init(policy: ServerConfig.DevicePolicy, devicesPerUserMax: Int) {
        self.devicesPerUserMax = devicesPerUserMax
        isOnePerType = policy == .onePerDeviceType
    }

    /// Binds a device to its connection; whatever it replaces has to be told to go.
    ///
    /// nil: the user has as many devices on line as may be. One that replaces another always may.
    func bind(_ userID: Int64, _ binding: Binding) -> Bound? {
        users.withLockedValue { users in
            var replaced: [(place: Place, reason: QuitReason)] = []
            var kept: [Binding] = []
            let before = users[userID] ?? []
            for other in before {
                if other.device == binding.device {
                    replaced.append((other.place, .replaced))
                } else if isOnePerType, other.deviceType == binding.deviceType {
                    replaced.append((other.place, .kickedByOtherDevice))
                } else {
                    kept.append(other)
                }
            }
            if replaced.isEmpty, kept.count >= devicesPerUserMax { return nil }
            users[userID] = kept + [binding]
            return Bound(replaced: replaced, cameOnline: before.isEmpty)
        }
    }

    /// Unbinds a connection; true when the user has no device on line any more. A connection
    /// that was replaced finds nothing of its own and disturbs nobody.
    func unbind(_ userID: Int64, _ place: Place) -> Bool {
        users.withLockedValue { users in
            guard var bindings = users[userID],
                let index = bindings.firstIndex(where: { $0.place == place })
            else { return false }
            bindings.remove(at: index)
            users[userID] = bindings.isEmpty ? nil : bindings
            return bindings.isEmpty
        }
    }

    /// The devices (`device.id`) of a user that are on line.
    func devices(_ userID: Int64) -> Set<Int64> {
        users.withLockedValue { Set($0[userID]?.map(\.device) ?? []) }
    }

    /// The types of a user's devices on line; empty: off line.
    func deviceTypes(_ userID: Int64) -> [String] {
        users.withLockedValue { $0[userID]?.map(\.deviceType) ?? [] }
    }
}
