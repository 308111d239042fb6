import FreeIMProtocol
import GRDB

extension StoreWriter {
    /// Whether the disk refused: full, read-only, or failing.
    static func isDiskTrouble(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_CORRUPT,
            .SQLITE_NOTADB:
            return true
        default:
            return false
        }
    }

    /// Undoes a batch that was not committed: rolls back, forgets what was cached, refuses all.
    ///
    /// A failure before COMMIT, or of COMMIT for want of space, is definite (`busy`): no commit
    /// record reached the log. Any other failure of COMMIT is not (`internal`).
    func refuse(_ requests: [StoreRequest], after error: any Error) {
        log.error("a batch was not committed", metadata: ["error": "\(error)"])
        metrics.batchFailed()
        try? pool.writeWithoutTransaction { db in
            if db.isInsideTransaction { try db.execute(sql: "ROLLBACK") }
        }
        let refusal = refusal(for: error)
        var failed = CommittedBatch(loops: publisher.loopCount)
        for request in requests {
            switch request {
            case .send(let send):
                refuse(send, refusal, &failed)
            case .job(let job):
                job.fail(refusal)
            case .cursors:
                break  // They stay in the table of pending cursors and are offered again.
            }
        }
        publisher.publish(failed)
        reload()
    }

    /// Reads the caches anew; when even that fails, requests are refused until it works.
    func reload() {
        do {
            try load()
        } catch {
            log.error("the store cannot be read", metadata: ["error": "\(error)"])
            unload()
        }
    }

    private func refuse(
        _ send: SendRequest, _ refusal: Refusal, _ failed: inout CommittedBatch
    ) {
        switch send.origin {
        case .connection(let loop, let connection, let sequenceID):
            failed.replies[loop].append(
                CommittedBatch.Reply(
                    connection: connection, sequenceID: sequenceID,
                    outcome: .refused(refusal, clientMessageID: send.item.clientMessageID)))
        case .call(let complete):
            complete(.failure(refusal))
        }
    }

    private func refusal(for error: any Error) -> Refusal {
        if let refusal = error as? Refusal { return refusal }
        let cause = (error as? CommitFailure)?.cause ?? error
        let code = (cause as? DatabaseError)?.resultCode
        if code == .SQLITE_FULL || code == .SQLITE_READONLY || !(error is CommitFailure) {
            return Refusal(
                .busy, "The server cannot write now; nothing was stored. Try again.",
                retryAfterMs: 1_000)
        }
        return Refusal(
            .internal, "The server failed while storing; send again with the same ID.",
            retryAfterMs: 1_000)
    }
}
