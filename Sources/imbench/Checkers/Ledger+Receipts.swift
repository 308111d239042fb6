/// How far users have got, as they say and as others are told.
extension Ledger {
    mutating func said(
        _ device: Int32, _ conversation: Int32, acknowledged: Int64, read: Int64
    ) {
        guard isKnown(device, conversation) else { return }
        let index = place(device, conversation)
        let top = Int64(Int32.max - 1)
        places[index].acknowledged = max(
            places[index].acknowledged, Int32(min(max(acknowledged, 0), top)))
        places[index].read = max(places[index].read, Int32(min(max(read, 0), top)))
    }

    mutating func receipt(
        _ device: Int32, _ conversation: Int32, _ user: Int32, _ delivered: Int64, _ read: Int64
    ) {
        guard isKnown(device, conversation), devicesOfUser.indices.contains(Int(user)) else {
            return
        }
        let problem =
            problem(conversation, user, delivered, read)
            ?? wentBack(device, conversation, user, delivered, read)
        guard let problem else { return }
        note(
            .receipt, device: device, conversation: conversation,
            "device \(device) was told that user \(user) has got \(delivered) and read \(read) "
                + "of conversation \(conversation): \(problem)")
    }

    /// More than the user's devices said.
    private func problem(
        _ conversation: Int32, _ user: Int32, _ delivered: Int64, _ read: Int64
    ) -> String? {
        var (readMax, deliveredMax): (Int32, Int32) = (0, 0)
        for device in devicesOfUser[Int(user)] {
            guard let index = placeIndex[Ledger.key(device, conversation)] else { continue }
            readMax = max(readMax, places[Int(index)].read)
            deliveredMax = max(
                deliveredMax, places[Int(index)].acknowledged, places[Int(index)].sent)
        }
        if read > Int64(readMax) { return "the user has read \(readMax)" }
        if delivered > Int64(deliveredMax) { return "the user has acknowledged \(deliveredMax)" }
        return nil
    }

    private mutating func wentBack(
        _ device: Int32, _ conversation: Int32, _ user: Int32, _ delivered: Int64, _ read: Int64
    ) -> String? {
        let key = Ledger.key(Int32(place(device, conversation)), user)
        let connection = devices[Int(device)].connections
        guard var last = told[key] else {
            if told.count < Ledger.toldMax {
                told[key] = Told(
                    delivered: Int32(max(delivered, 0)), read: Int32(max(read, 0)),
                    connection: connection, faults: faults)
            }
            return nil
        }
        // A crash may lose cursors that were not written yet; what a connection was told stands.
        let mayBeLower = last.connection != connection && last.faults != faults
        var problem: String?
        if !mayBeLower {
            if read > 0, read < Int64(last.read) {
                problem = "it was told that \(last.read) was read"
            } else if delivered > 0, delivered < Int64(last.delivered) {
                problem = "it was told that it had got \(last.delivered)"
            }
        }
        if mayBeLower { last = Told() }
        last.delivered = max(last.delivered, Int32(max(delivered, 0)))
        last.read = max(last.read, Int32(max(read, 0)))
        last.connection = connection
        last.faults = faults
        told[key] = last
        return problem
    }
}
