import DequeModule
import NIOCore

/// The bytes of a `ProxyLink` that go in one direction and have not gone on yet.
///
/// A value without clock or channel: the link tells it what came and asks what may go.
struct ProxyLane {
    /// Bytes held back beyond which the lane's source is not read.
    static let heldBytesMax = 262_144

    private var held: Deque<(bytes: ByteBuffer, due: NIODeadline)> = []
    private(set) var heldBytes = 0
    /// Whether its source has nothing more to say.
    var isEnded = false
    /// What wakes it when its first bytes are due.
    var timer: Scheduled<Void>?

    var isEmpty: Bool { held.isEmpty }
    var isFull: Bool { heldBytes >= ProxyLane.heldBytesMax }
    /// When its first bytes may go.
    var due: NIODeadline? { held.first?.due }

    /// Holds bytes until `due`, and at least as long as what came before them.
    mutating func hold(_ bytes: ByteBuffer, until due: NIODeadline) {
        held.append((bytes, max(due, held.last?.due ?? due)))
        heldBytes += bytes.readableBytes
    }

    /// The next bytes that are due.
    mutating func next(now: NIODeadline) -> ByteBuffer? {
        guard let first = held.first, first.due <= now else { return nil }
        held.removeFirst()
        heldBytes -= first.bytes.readableBytes
        return first.bytes
    }

    mutating func clear() {
        held = []
        heldBytes = 0
        timer?.cancel()
        timer = nil
    }
}
