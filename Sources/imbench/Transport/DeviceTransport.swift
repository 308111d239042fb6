import FreeIMHTTPClient
import NIOCore

/// How a connection to one server is made into a stream of frames; the same for all of a run.
struct DeviceTransport: Sendable {
    var plan = TransportPlan()
    /// As the server's certificate and the upgrade name it.
    var host = "127.0.0.1"
    var port = 0
    /// nil: no TLS.
    var tls: ClientTLS?

    /// Puts what the transport needs before the handler that takes and writes frames.
    ///
    /// That one hears `channelActive` when frames may be written. Each write of it is one frame;
    /// what it reads are bytes of frames, however they are cut. On the channel's event loop.
    func add(to channel: any Channel, seed: UInt64) throws {
        try tls?.add(to: channel, host: host)
        switch plan.carrier {
        case .tcp: break
        case .ws:
            try channel.pipeline.syncOperations.addHandler(
                WebSocketPipe(host: "\(host):\(port)", form: plan.form, seed: seed))
        }
    }

    /// The same with binary messages: what is no frame has no envelope.
    var binary: DeviceTransport {
        var transport = self
        transport.plan.form = .binary
        return transport
    }
}
