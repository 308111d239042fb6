import Hummingbird
import Logging
import NIOCore

/// What Hummingbird knows of a request, and where it came from.
struct HTTPContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The peer's IP address, a proxy's perhaps; empty when it is not known.
    let address: String

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }

    /// Whether an address is of this machine.
    static func isLoopback(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1"
    }
}
