import CryptoExtras
import Foundation
import FreeIMProtocol
import NIOConcurrencyHelpers
import NIOPosix

/// scrypt, off the event loops, a few at a time; more than `waitingMax` waiting is `busy`.
final class PasswordHasher: Sendable {
    /// Hashes that may wait for a thread.
    static let waitingMax = 256
    private static let saltBytes = 16
    private static let hashBytes = 32

    private let threads: NIOThreadPool
    private let waiting = NIOLockedValueBox(0)
    private let logN: Int

    init(concurrency: Int, logN: Int) {
        self.logN = logN
        threads = NIOThreadPool(numberOfThreads: max(1, concurrency))
        threads.start()
    }

    /// The text to store for a new password: `scrypt$logN$r$p$salt$hash`, base64.
    func hash(_ password: String) async throws -> String {
        let logN = logN
        return try await onThread {
            var random = SystemRandomNumberGenerator()
            let salt = (0..<PasswordHasher.saltBytes).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let derived = try PasswordHasher.derive(password, salt: salt, logN: logN)
            let texts = [Data(salt), Data(derived)].map { $0.base64EncodedString() }
            return "scrypt$\(logN)$8$1$\(texts[0])$\(texts[1])"
        }
    }

    /// Whether the password is the stored one; an account without one takes as long.
    func verify(_ password: String, stored: String?) async throws -> Bool {
        let logN = logN
        return try await onThread {
            let parts = stored?.split(separator: "$").map(String.init) ?? []
            guard parts.count == 6, let cost = Int(parts[1]),
                let salt = Data(base64Encoded: parts[4]),
                let expected = Data(base64Encoded: parts[5])
            else {
                _ = try PasswordHasher.derive(
                    password, salt: [UInt8](repeating: 0, count: 16), logN: logN)
                return false
            }
            let derived = try PasswordHasher.derive(password, salt: Array(salt), logN: cost)
            return PasswordHasher.isEqual(derived, Array(expected))
        }
    }

    private func onThread<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws
        -> T
    {
        let isTaken = waiting.withLockedValue { waiting in
            if waiting >= PasswordHasher.waitingMax { return false }
            waiting += 1
            return true
        }
        guard isTaken else {
            throw Refusal(.busy, "Too many sign-ins at once; try again.", retryAfterMs: 1_000)
        }
        defer { waiting.withLockedValue { $0 -= 1 } }
        return try await threads.runIfActive(work)
    }

    private static func derive(_ password: String, salt: [UInt8], logN: Int) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.utf8), salt: salt, outputByteCount: hashBytes,
            rounds: 1 << logN, blockSize: 8, parallelism: 1)
        return key.withUnsafeBytes { Array($0) }
    }

    /// Compares in a time that does not depend on where they differ.
    private static func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        var difference: UInt8 = 0
        for index in one.indices { difference |= one[index] ^ other[index] }
        return difference == 0
    }
}
