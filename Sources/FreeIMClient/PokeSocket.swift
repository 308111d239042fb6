@preconcurrency import Dispatch
import Foundation

/// A datagram socket in the file system on which the connected process of a profile is poked.
///
/// Nobody polls: the kernel wakes the owner when a poke is there.
final class PokeSocket: Sendable {
    /// Bytes of a socket's path, what every system takes.
    static let pathBytesMax = 100

    private let path: String
    private let source: any DispatchSourceRead

    /// Listens at `path`; what lies there is left over, and is removed. The caller holds the lock.
    ///
    /// Throws `ClientError.cache`.
    init(at path: String, receive: @escaping @Sendable (Poke) -> Void) throws(ClientError) {
        let descriptor = PokeSocket.open()
        unlink(path)
        let mask = umask(0o077)
        let isBound =
            descriptor >= 0
            && PokeSocket.withAddress(path) { bind(descriptor, $0, $1) } == 0
        let reason = errno
        umask(mask)
        guard isBound else {
            if descriptor >= 0 { close(descriptor) }
            throw .cache("\(path) cannot be listened at: \(String(cString: strerror(reason)))")
        }
        self.path = path
        source = DispatchSource.makeReadSource(
            fileDescriptor: descriptor, queue: DispatchQueue(label: "freeim.poke"))
        source.setEventHandler {
            while let poke = PokeSocket.next(descriptor) { poke.map(receive) }
        }
        source.setCancelHandler { close(descriptor) }
        source.resume()
    }

    deinit {
        unlink(path)
        source.cancel()
    }

    /// Pokes whoever listens at `path`; whether somebody does.
    static func poke(_ poke: Poke, at path: String) -> Bool {
        let descriptor = open()
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = Array(poke.text.utf8)
        let sent = withAddress(path) { address, length in
            sendto(descriptor, bytes, bytes.count, 0, address, length)
        }
        // A full queue is full of pokes that are not read yet, so the owner will look.
        return sent == bytes.count || errno == EAGAIN || errno == ENOBUFS
    }

    /// The next poke that waits: nil for what is none, and nil of nil when nothing waits.
    private static func next(_ descriptor: Int32) -> Poke?? {
        var bytes = [UInt8](repeating: 0, count: Poke.bytesMax)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        if count < 0 { return errno == EINTR ? .some(nil) : nil }
        return .some(Poke(String(decoding: bytes.prefix(count), as: UTF8.self)))
    }

    private static func open() -> Int32 {
        #if canImport(Glibc) || canImport(Musl)
        let kind = Int32(SOCK_DGRAM.rawValue)
        #else
        let kind = SOCK_DGRAM
        #endif
        let descriptor = socket(AF_UNIX, kind, 0)
        if descriptor >= 0 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
        return descriptor
    }

    private static func withAddress<T>(
        _ path: String, _ work: (UnsafePointer<sockaddr>, socklen_t) -> T
    ) -> T {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            bytes.copyBytes(from: path.utf8.prefix(bytes.count - 1))
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { work($0, length) }
        }
    }
}

extension PokeSocket {
    /// Where the owner of that cache listens: beside the cache, or, when that is too long for a
    /// socket, in a folder of this user's own under a name made of the cache's path.
    static func path(of cachePath: String) -> String {
        let whole = URL(fileURLWithPath: cachePath).resolvingSymlinksInPath().path
        let beside = whole + ".sock"
        if beside.utf8.count <= pathBytesMax { return beside }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        for byte in whole.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let name = String(hash, radix: 16) + ".sock"
        let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"] ?? ""
        if runtime.hasPrefix("/"), runtime.utf8.count + name.utf8.count + 9 <= pathBytesMax,
            isOwn(runtime)
        {
            return "\(runtime)/freeim-\(name)"
        }
        let folder = "/tmp/freeim-\(getuid())"
        mkdir(folder, 0o700)
        return "\(folder)/\(name)"
    }

    /// Whether only this user can put something into a folder.
    static func isOwn(_ folder: String) -> Bool {
        var facts = stat()
        return lstat(folder, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
            && facts.st_uid == getuid() && facts.st_mode & 0o022 == 0
    }
}
