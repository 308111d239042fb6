import NIOCore

/// The large conversations of one event loop that have something to give, in turn.
///
/// One slice at a time, and between two of them the loop looks at its sockets and its other
/// tasks: a flood in a large group delays nobody else. Confined to its loop.
final class SliceQueue {
    /// Between two slices; more than nothing, or the loop would not look at its sockets.
    static let pause = TimeAmount.microseconds(50)

    private var rooms: [HubRoom] = []
    private var isPlanned = false

    /// Plans a turn for a conversation that has something to give.
    func plan(_ room: HubRoom, on hub: DeliveryHub) {
        if !room.isQueued {
            room.isQueued = true
            rooms.append(room)
        }
        planNext(hub)
    }

    private func planNext(_ hub: DeliveryHub) {
        if isPlanned || rooms.isEmpty { return }
        isPlanned = true
        let bound = NIOLoopBound((self, hub), eventLoop: hub.eventLoop)
        hub.eventLoop.scheduleTask(in: SliceQueue.pause) {
            let (slices, hub) = bound.value
            slices.serve(hub)
        }
    }

    private func serve(_ hub: DeliveryHub) {
        isPlanned = false
        if rooms.isEmpty { return }
        let room = rooms.removeFirst()
        let pushed = room.serveSlice { subscription in
            if let ended = subscription.connection.left(room.chatroomID) { hub.remove(ended) }
        }
        hub.count(pushes: pushed)
        hub.flush()
        room.isQueued = !room.backlog.isEmpty
        if room.isQueued { rooms.append(room) }
        planNext(hub)
    }
}
