import FreeIMProtocol

/// What the writer's mailbox holds.
enum StoreRequest: Sendable {
    case send(SendRequest)
    case job(WriteJob)
    case cursors([CursorChange])
}

/// A transaction of somebody else's making, run inside the batch in a savepoint of its own.
struct WriteJob: Sendable {
    /// Runs on the writer's thread; returns what to call once the batch is committed.
    let run: @Sendable (WriteContext) throws -> @Sendable () -> Void
    /// Called when the job threw or the batch was not committed.
    let fail: @Sendable (any Error) -> Void
}

/// A cursor that moved: written late, never moved back.
enum CursorChange: Sendable {
    case acknowledged(device: Int64, chatroomID: Int64, seq: Int64)
    case receipt(userID: Int64, chatroomID: Int64, deliveredSeq: Int64, readSeq: Int64)
    case seen(userID: Int64, device: Int64, time: Int64)
}
