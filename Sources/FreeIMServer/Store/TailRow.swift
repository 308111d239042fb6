/// A committed row of `message`, as the on-disk indexes know it.
struct TailRow {
    let row: Int64
    let chatroomID: Int64
    let seq: Int64
    let stamp: Int64
    let userID: Int64
    let keyHash: Int64

    var entry: MessageTail.Entry {
        MessageTail.Entry(seq: seq, stamp: stamp, row: row, userID: userID)
    }
}
