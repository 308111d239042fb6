extension Ledger {
    /// A ledger that knows everybody of a population.
    init(_ population: Population, quotas: Quotas) {
        self.init(quotas: quotas)
        for _ in population.users { _ = addUser() }
        for device in population.devices { _ = addDevice(user: Int(device.user)) }
        for conversation in population.conversations {
            _ = addConversation(
                members: conversation.members.map { Int($0) }, isGroup: conversation.isGroup)
        }
    }
}

extension Quotas {
    /// Those that a server of the harness's own was started with; the contract's otherwise.
    init(of server: SpawnedServer?) {
        self.init()
        guard let quotas = server?.quotas else { return }
        single = quotas.single
        group = quotas.group
        newDevice = quotas.newDevice
    }
}
