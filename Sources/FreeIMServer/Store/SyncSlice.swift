import FreeIMProtocol
import NIOCore

/// A page of a conversation's log as read: its messages still encoded.
struct SyncSlice: Sendable {
    let chatroomID: Int64
    /// Messages, Protobuf or JSON as asked for, ascending by seq without holes.
    var items: [[UInt8]] = []
    var hasMore = false
    let headSeq: Int64
    let firstSeq: Int64
    /// Seq of the last item; the position asked from when there is none.
    var lastSeq: Int64 = 0
    let version: BodyVersion

    /// The body of a SyncPage frame.
    func body() -> [UInt8] {
        var page = IMSyncPage()
        page.chatroomID = chatroomID
        page.hasMore_p = hasMore
        page.headSeq = headSeq
        page.firstSeq = firstSeq
        var body = BodyCoding.encode(page, version: version)
        if items.isEmpty { return body }
        body.reserveCapacity(body.count + 32 + items.reduce(0) { $0 + $1.count + 4 })
        switch version {
        case .protobuf:
            for item in items {
                body.append(0x12)  // field 2, length-delimited
                SyncSlice.appendVarint(item.count, to: &body)
                body.append(contentsOf: item)
            }
        case .json:
            body.removeLast()  // the closing brace; ChatroomId stands before, never empty
            body.append(contentsOf: Array(#","Messages":["#.utf8))
            for (index, item) in items.enumerated() {
                if index > 0 { body.append(UInt8(ascii: ",")) }
                body.append(contentsOf: item)
            }
            body.append(contentsOf: Array("]}".utf8))
        }
        return body
    }

    /// The page as one message, for HTTP.
    func page() throws -> IMSyncPage {
        try BodyCoding.decode(
            IMSyncPage.self, from: ByteBuffer(bytes: body()), version: version)
    }

    private static func appendVarint(_ value: Int, to bytes: inout [UInt8]) {
        var rest = UInt64(value)
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f | 0x80))
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
