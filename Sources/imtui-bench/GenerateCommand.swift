import ArgumentParser
import Foundation
import FreeIMClient
import FreeIMCore
import FreeIMProtocol

/// Makes a cache as large as asked for, through the client's own code.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Makes a cache with a long history, the same for the same numbers.")

    @Argument(help: "The file to make; it must not exist.") var file: String
    @Option(help: "Messages of all chats.") var messages = 1_000_000
    @Option(help: "Conversations.") var chats = 500
    @Option(help: "Whose cache it is.") var userId: Int64 = 1
    @Option(help: "Messages of one transaction.") var batch = 2_000
    @Flag(help: "Print how many messages are stored after each transaction.") var progress = false

    func validate() throws {
        if messages < 1 || chats < 1 || batch < 1 {
            throw ValidationError("messages, chats and batch are 1 or more")
        }
        if FileManager.default.fileExists(atPath: file) {
            throw ValidationError("\(file) exists; remove it or name another one")
        }
    }

    func run() throws {
        let cache = try Cache(path: file)
        var history = History(messages: messages, chats: chats, ownID: userId)
        try people(cache, history)
        var left = messages
        while left > 0 {
            let count = min(batch, left)
            var items: [IMMessageItem] = []
            items.reserveCapacity(count)
            for _ in 0..<count { items.append(history.next()) }
            try cache.store(items, ownID: userId)
            left -= count
            if progress {
                try FileHandle.standardOutput.write(contentsOf: Data("\(messages - left)\n".utf8))
            }
        }
        try conversations(cache, history)
        print(#"{"file":"\#(file)","messages":\#(messages),"chats":\#(chats)}"#)
    }

    private func people(_ cache: Cache, _ history: History) throws {
        try cache.setUser(userId, account: "me", nickname: "Me")
        for chat in history.chats {
            let people = Set(chat.members + [userId]).sorted().map { id in
                Person(
                    userID: id, account: "user\(id)",
                    nickname: id % 3 == 0 ? "用户\(id)" : "Person \(id)",
                    role: id == userId ? "owner" : "common")
            }
            try cache.setMembers(chat.id, people)
        }
    }

    private func conversations(_ cache: Cache, _ history: History) throws {
        var random = SplitMix64(seed: 11)
        try cache.update(
            history.chats.map { chat in
                var item = IMConversation()
                item.chatroomID = chat.id
                item.chatroomType = chat.isGroup ? .group : .single
                item.title = chat.isGroup ? "Group \(chat.id)" : "Person \(chat.members[0])"
                item.peerID = chat.isGroup ? chat.id : chat.members[0]
                item.headSeq = chat.head
                item.firstSeq = 1
                item.ackSeq = chat.head
                let unread = random.happens(300) ? Int64(random.skewed(800)) : 0
                item.readSeq = max(0, chat.head - unread)
                item.peerDeliveredSeq = chat.isGroup ? 0 : chat.head
                item.peerReadSeq = chat.isGroup ? 0 : max(0, chat.head - 2)
                item.pinned = random.happens(10)
                item.memberCount = Int32(chat.members.count + 1)
                return item
            })
        for chat in history.chats.prefix(20) {
            try cache.setPin(chat.id, seq: max(1, chat.head / 2), true)
            try cache.setDraft(chat.id, Draft(text: "half a thought"))
        }
    }
}
