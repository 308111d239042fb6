import Foundation
import FreeIMCore
import FreeIMProtocol
import Synchronization

@testable import FreeIMClient

/// Options of a client of the fake server: short waits, nobody to ask for names.
func fakeOptions(_ server: FakeServer, _ cachePath: String) -> ChatClientOptions {
    var options = ChatClientOptions()
    options.port = server.port
    options.httpPort = 1
    options.userID = 1
    options.token = "t"
    options.deviceID = "d"
    options.cachePath = cachePath
    options.backoff = Backoff(firstMs: 2, mostMs: 20)
    options.ackDelayMs = 1
    options.followMs = 5
    return options
}

extension Cache {
    /// The files as a process that is killed now leaves them: between two writes.
    func copy(to path: String) throws {
        try pool.writeWithoutTransaction { _ in
            for ending in ["", "-wal"]
            where FileManager.default.fileExists(atPath: self.path + ending) {
                try FileManager.default.copyItem(atPath: self.path + ending, toPath: path + ending)
            }
        }
    }
}

/// A value that several threads look at.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func with<T>(_ work: (inout Value) -> T) -> T {
        value.withLock { value in work(&value) }
    }

    var now: Value { value.withLock { $0 } }
}
