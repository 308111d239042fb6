import Hummingbird
import Logging
import NIOCore

/// What Hummingbird knows of a request, and where it came from.
struct HTTPContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The caller's IP address; empty when it is not known.
    let address: String

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }

    /// Whether the caller is on this machine.
    var isLoopback: Bool { address.hasPrefix("127.") || address == "::1" }
}
