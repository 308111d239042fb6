import Foundation

/// The life of one server: start, serve, drain, end.
public final class ServerProcess: Sendable {
    /// Serves until SIGTERM or a fault; the process's exit status.
    public static func run(_ config: ServerConfig) async -> Int32 {
        FileHandle.standardError.write(Data("freeim-server: no gateway in this build\n".utf8))
        return 1
    }
}
