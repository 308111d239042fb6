import FreeIMProtocol

/// How devices reach the server, as a scenario says it.
struct TransportPlan: Sendable, Equatable {
    enum Carrier: String, Sendable, CaseIterable {
        case tcp, ws
    }

    /// What a WebSocket message is.
    enum Form: String, Sendable, CaseIterable {
        /// A binary message: one frame.
        case binary
        /// A text message: one envelope.
        case text
    }

    var carrier = Carrier.tcp
    /// With `ws`.
    var form = Form.binary
    /// TLS to every listener; the certificate is verified.
    var isTLS = false
    /// A PEM file with authorities beside the system's; nil: those, and a started server's own.
    var ca: String?

    /// As reports name it: `tcp`, `ws binary`, `ws text + tls`.
    var words: String {
        let carrier =
            switch carrier {
            case .tcp: "tcp"
            case .ws: "ws \(form.rawValue)"
            }
        return isTLS ? carrier + " + tls" : carrier
    }
}

/// How devices write the bodies of frames.
enum BodyChoice: String, Sendable, CaseIterable {
    case protobuf, json
    /// Every second device speaks JSON.
    case mixed

    /// The version that a device speaks, by its index.
    func version(of device: Int32) -> BodyVersion {
        switch self {
        case .protobuf: .protobuf
        case .json: .json
        case .mixed: device & 1 == 0 ? .protobuf : .json
        }
    }
}
