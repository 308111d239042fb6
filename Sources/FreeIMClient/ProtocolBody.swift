import SwiftProtobuf

/// Any generated body.
typealias ProtocolBody = SwiftProtobuf.Message
