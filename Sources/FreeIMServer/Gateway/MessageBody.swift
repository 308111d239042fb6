import SwiftProtobuf

/// Any generated body.
typealias MessageBody = SwiftProtobuf.Message
