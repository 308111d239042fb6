import Dispatch
import Foundation
import Synchronization

/// The lines of a file descriptor, read as they are asked for and no faster.
final class LineInput: Sendable {
    /// Bytes of one read.
    static let readBytesMax = 64 * 1_024

    private struct State {
        var scanner = LineScanner()
        var isAtEnd = false
    }

    private let descriptor: Int32
    /// Written to when waiting is to end.
    private let wakeRead: Int32
    private let wakeWrite: Int32
    private let queue = DispatchQueue(label: "freeim.input")
    private let state = Mutex(State())

    init(_ descriptor: Int32 = STDIN_FILENO) {
        self.descriptor = descriptor
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        (wakeRead, wakeWrite) = (ends[0], ends[1])
    }

    deinit {
        close(wakeRead)
        close(wakeWrite)
    }

    /// The next line; nil at the end of the input, or once the task is cancelled.
    func next() async -> LineScanner.Line? {
        if Task.isCancelled { return nil }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { [self] in continuation.resume(returning: read()) }
            }
        } onCancel: {
            var byte: UInt8 = 0
            _ = write(wakeWrite, &byte, 1)
        }
    }

    /// Everything that is left, as one text; nil when it is longer than a line may be.
    func whole() async -> String? {
        var lines: [String] = []
        var bytes = 0
        while let line = await next() {
            guard case .text(let text) = line else { return nil }
            bytes += text.utf8.count + 1
            if bytes > LineScanner.lineBytesMax { return nil }
            lines.append(text)
        }
        return lines.joined(separator: "\n")
    }

    private func read() -> LineScanner.Line? {
        var bytes = [UInt8](repeating: 0, count: LineInput.readBytesMax)
        while true {
            if let line = state.withLock({ $0.scanner.next() }) { return line }
            if state.withLock({ $0.isAtEnd }) { return nil }
            guard waits() else { return nil }
            let count = Foundation.read(descriptor, &bytes, bytes.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            state.withLock { state in
                if count > 0 {
                    state.scanner.append(bytes[..<count])
                } else {
                    state.scanner.finish()
                    state.isAtEnd = true
                }
            }
        }
    }

    /// Waits until there is something to read; false: no longer wanted.
    private func waits() -> Bool {
        var polled = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&polled, 2, -1) < 0 {
            if errno != EINTR { return true }
        }
        return polled[1].revents == 0
    }
}
