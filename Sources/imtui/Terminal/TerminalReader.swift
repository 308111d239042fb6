import Foundation
import Synchronization

/// Reads the terminal on a thread of its own: bytes through `KeyDecoder`, and what signals say.
///
/// It waits in `poll` for as long as nothing happens: an idle terminal wakes for nothing. When
/// `eventsMax` events wait, it reads no further until there is room, so no key is lost; the
/// terminal holds what is typed meanwhile.
final class TerminalReader: Sendable {
    /// Events that may wait to be taken.
    static let eventsMax = 4_096
    /// Bytes read at once.
    static let readBytesMax = 4_096
    /// How often a full queue is tried again.
    static let fullWaitMs: Int32 = 20

    /// What the other threads and the signal handlers write into the pipe; the rest are signals'
    /// numbers, which end at 64.
    enum Order: UInt8 {
        case pause = 80, goOn = 81, stop = 82
    }

    let events: AsyncStream<InputEvent>
    private let sink: AsyncStream<InputEvent>.Continuation
    private let paused = DispatchSemaphore(value: 0)
    private let input: Int32
    private let orders: Int32
    private let ordersEnd: Int32
    private let size: @Sendable () -> (rows: Int, columns: Int)

    /// - Parameters:
    ///   - input: the terminal.
    ///   - pipe: where orders and signals come from, and where they are written to.
    init(
        input: Int32, pipe: (read: Int32, write: Int32),
        size: @escaping @Sendable () -> (rows: Int, columns: Int)
    ) {
        self.input = input
        orders = pipe.read
        ordersEnd = pipe.write
        self.size = size
        (events, sink) = AsyncStream.makeStream(
            of: InputEvent.self, bufferingPolicy: .bufferingOldest(Self.eventsMax))
    }

    /// Begins to read.
    func start(given: [(sequence: [UInt8], key: Key)]) {
        let thread = Thread { [self] in run(KeyDecoder(given: given)) }
        thread.name = "terminal"
        thread.start()
    }

    /// Stops reading; back when nothing more is taken from the terminal.
    func pause() {
        order(.pause)
        paused.wait()
    }

    func goOn() { order(.goOn) }
    func stop() { order(.stop) }

    /// Puts an event behind those that wait; dropped when the queue is full.
    func offer(_ event: InputEvent) { sink.yield(event) }

    private func order(_ order: Order) {
        var byte = order.rawValue
        while Glibc.write(ordersEnd, &byte, 1) < 0, errno == EINTR || errno == EAGAIN {}
    }

    // MARK: The thread

    private func run(_ decoder: KeyDecoder) {
        var decoder = decoder
        var waiting: [InputEvent] = []
        var isPaused = false
        var isEnded = false
        while true {
            let isFull = !hand(&waiting)
            if isEnded && !isFull { break }
            var wait = isPaused ? -1 : decoder.waitMs.map { Int32($0) } ?? -1
            if isFull { wait = Self.fullWaitMs }
            let reads = !isPaused && !isFull && !isEnded
            var files = [
                pollfd(fd: orders, events: Int16(POLLIN), revents: 0),
                pollfd(fd: reads ? input : -1, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&files, 2, wait)
            if count < 0 && errno != EINTR { break }
            if count == 0 && !isFull && !isPaused { waiting += decoder.timeout() }
            if count > 0, files[0].revents != 0 {
                for byte in read(orders) ?? [] {
                    switch Order(rawValue: byte) {
                    case .pause:
                        isPaused = true
                        paused.signal()
                    case .goOn: isPaused = false
                    case .stop: isEnded = true
                    case nil: add(signal: Int32(byte), to: &waiting)
                    }
                }
            }
            if count > 0, files[1].revents != 0, !isPaused {
                if let bytes = read(input) {
                    waiting += decoder.feed(bytes)
                } else {
                    waiting += decoder.timeout() + [.ended]
                    isEnded = true
                }
            }
        }
        sink.finish()
    }

    /// Hands events over; false when some have to wait.
    private func hand(_ waiting: inout [InputEvent]) -> Bool {
        var count = 0
        for event in waiting {
            if case .dropped = sink.yield(event) { break }
            count += 1
        }
        waiting.removeFirst(count)
        return waiting.isEmpty
    }

    /// What can be read now, empty: nothing yet; nil: nothing will come any more.
    private func read(_ file: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: Self.readBytesMax)
        let count = Glibc.read(file, &bytes, bytes.count)
        if count > 0 { return Array(bytes[..<count]) }
        if count < 0 && (errno == EINTR || errno == EAGAIN) { return [] }
        return nil
    }

    private func add(signal: Int32, to waiting: inout [InputEvent]) {
        switch signal {
        case SIGWINCH:
            let size = size()
            let event = InputEvent.resized(rows: size.rows, columns: size.columns)
            // Of several sizes that were not taken yet only the newest counts.
            if case .resized = waiting.last { waiting.removeLast() }
            waiting.append(event)
        case SIGCONT: waiting.append(.resumed)
        case SIGTSTP: waiting.append(.suspendAsked)
        default: waiting.append(.endAsked(signal: signal))
        }
    }
}
