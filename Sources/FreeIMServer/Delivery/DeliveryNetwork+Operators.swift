import NIOCore

extension DeliveryNetwork {
    /// Connections behind a place in the order of loops and numbers, at most `limit`; of that
    /// user alone when one is given.
    func connections(
        after: DeviceDirectory.Place, userID: Int64?, limit: Int
    ) async throws -> [ConnectionFacts] {
        var found: [ConnectionFacts] = []
        for hub in allHubs where hub.index >= after.loop && found.count < limit {
            let room = limit - found.count
            found += try await hub.bound.eventLoop.submit {
                hub.bound.value.connections.values
                    .filter { $0.place > after && (userID == nil || $0.userID == userID) }
                    .sorted { $0.number < $1.number }.prefix(room).map(\.facts)
            }.get()
        }
        return found
    }

    /// Ends one connection; false: it is not there.
    func close(_ place: DeviceDirectory.Place) async throws -> Bool {
        guard let hub = allHubs.first(where: { $0.index == place.loop }) else { return false }
        return try await hub.bound.eventLoop.submit {
            guard let connection = hub.bound.value.connections[place.connection] else {
                return false
            }
            connection.closedByOperator()
            hub.bound.value.flush()
            return true
        }.get()
    }
}
