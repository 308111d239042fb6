import Foundation
import FreeIMProtocol
import GRDB
import Logging
import NIOConcurrencyHelpers

@testable import FreeIMServer

/// A store in a folder of its own, with what it published; removed at the end.
final class StoreFixture: Sendable {
    /// Keeps what the store published.
    final class Recorder: CommitPublisher {
        let loopCount = 1
        private let batches = NIOLockedValueBox<[CommittedBatch]>([])

        func publish(_ batch: CommittedBatch) {
            batches.withLockedValue { $0.append(batch) }
        }

        /// How many answers and changes each publication had.
        var shapes: [(replies: Int, changes: Int)] {
            batches.withLockedValue { batches in
                batches.map { ($0.replies.map(\.count).reduce(0, +), $0.changes.count) }
            }
        }

        /// The seqs published of a chatroom, in order.
        func seqs(_ chatroomID: Int64) -> [Int64] {
            batches.withLockedValue { batches in
                batches.flatMap(\.changes).compactMap { change in
                    guard case .entry(let entry) = change, entry.chatroomID == chatroomID else {
                        return nil
                    }
                    return entry.seq
                }
            }
        }
    }

    let folder: String
    let published = Recorder()

    init() {
        folder = NSTemporaryDirectory() + "freeim-store-\(UUID().uuidString)"
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Opens (or reopens) the store; times come from `clock`.
    func open(
        clock: @escaping @Sendable () -> Int64 = WallClock.milliseconds,
        _ change: (inout StoreOptions) -> Void = { _ in }
    ) throws -> Store {
        var options = StoreOptions(directory: folder)
        change(&options)
        return try Store.open(
            options, publisher: published, metrics: ServerMetrics(), clock: clock,
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Opens the store with those faults.
    func open(faults: String) throws -> Store {
        let faults = try ServerFaults.parse(faults)
        return try open(clock: WallClock.milliseconds) { $0.faults = faults }
    }

    /// Makes `count` users, 1 ... count, and a group of all of them; its chatroom.
    static func group(_ store: Store, users count: Int64) async throws -> Int64 {
        try await store.write { context in
            for user in 1...count { try insertUser(context, user) }
            let chatroomID = try context.createChatroom(type: .group)
            try context.db.execute(
                sql: """
                    INSERT INTO chat_group (chatroom_id, owner_id, name, created_time)
                    VALUES (?, 1, 'g', 0)
                    """, arguments: [chatroomID])
            for user in 1...count {
                try context.addMember(
                    chatroomID: chatroomID, userID: user, role: user == 1 ? 2 : 0, firstSeq: 1)
            }
            return chatroomID
        }
    }

    static func insertUser(_ context: WriteContext, _ user: Int64) throws {
        try context.db.execute(
            sql: "INSERT INTO user (id, account, created_time) VALUES (?, ?, 0)",
            arguments: [user, "u\(user)"])
    }

    static func text(_ chatroomID: Int64, _ content: String, id: String) -> IMMessageItem {
        var item = IMMessageItem()
        item.chatroomID = chatroomID
        item.code = .text
        item.content = content
        item.clientMessageID = id
        return item
    }

    /// Everything of a chatroom that a member may read, page by page.
    static func log(
        _ store: Store, _ chatroomID: Int64, userID: Int64, limit: Int32 = 500
    ) async throws -> [IMMessageItem] {
        var items: [IMMessageItem] = []
        var request = IMSyncRequest()
        request.chatroomID = chatroomID
        request.limit = limit
        request.afterSeq = 0
        while true {
            let page = try await store.sync(request, userID: userID, bytesMax: 65_536)
            items += page.messages
            if !page.hasMore_p { return items }
            request.afterSeq = page.messages.last?.seq ?? 0
        }
    }
}
