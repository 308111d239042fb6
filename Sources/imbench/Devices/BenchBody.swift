import SwiftProtobuf

/// Any generated body.
typealias BenchBody = SwiftProtobuf.Message
