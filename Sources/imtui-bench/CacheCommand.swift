import ArgumentParser
import Foundation
import FreeIMClient
import FreeIMCore
import FreeIMProtocol

/// Measures the cache's calls.
struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Prints how long the cache's calls take: median and 99th percentile, as JSON.")

    /// Words to look for, from those on nearly every line to those on none.
    private static let queries = [
        "t", "th", "the", "to", "mess", "message", "server error", "the message", "that", "with",
        "的", "不了", "的一", "我们", "的一是", "一个人", "今天天气", "服务", "server 的", "😂", "👨‍👩‍👧",
        "example.com", "picture-1000", "quazel", "nothingofthekind", "龘", "???", "c++",
    ]
    private static let storedMessages = 5_000
    private static let storedBatch = 64

    @Argument(help: "A cache, as generate makes it.") var file: String
    @Option(help: "Calls of each kind.") var calls = 200
    @Option(help: "Whose cache it is.") var userId: Int64 = 1

    func validate() throws {
        if !FileManager.default.fileExists(atPath: file) {
            throw ValidationError("\(file) does not exist; make it with 'imtui-bench generate'")
        }
    }

    func run() throws {
        var lines = try opening()
        let cache = try Cache(path: file)
        let chats = try cache.conversations(ownID: userId)
        lines += try pages(cache, chats)
        lines += try lists(cache, chats)
        lines += try searches(cache, chats)
        let resident = Self.status("VmRSS")
        lines += try storing(chats)
        let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int64 ?? 0
        print(
            """
            {"messages":\(chats.reduce(0) { $0 + $1.headSeq }),"chats":\(chats.count),\
            "file_bytes":\(size),"resident_kib":\(resident),
            "calls":[
            \(lines.joined(separator: ",\n"))
            ]}
            """)
    }

    private func opening() throws -> [String] {
        let open = try Timings.of(20) { _ in _ = try Cache(path: file) }
        let screen = try Timings.of(20) { _ in
            let cache = try Cache(path: file)
            let chats = try cache.conversations(ownID: userId)
            if let first = chats.first {
                _ = try cache.page(first.chatroomID, .newest, limit: 100, ownID: userId)
            }
        }
        return [
            open.json("open", bound: 10),
            screen.json("open, conversations and a page", bound: 30),
        ]
    }

    private func pages(_ cache: Cache, _ chats: [CachedConversation]) throws -> [String] {
        var random = SplitMix64(seed: 3)
        let places: [(String, (Int64) -> PagePlace)] = [
            ("newest", { _ in .newest }), ("before", { .before($0) }), ("after", { .after($0) }),
            ("around", { .around($0) }),
        ]
        var lines: [String] = []
        for (name, place) in places {
            for limit in [100, 200] {
                let timings = try Timings.of(calls) { _ in
                    let chat = chats[random.below(chats.count)]
                    let seq = Int64(random.below(Int(chat.headSeq))) + 1
                    _ = try cache.page(chat.chatroomID, place(seq), limit: limit, ownID: userId)
                }
                lines.append(timings.json("page \(name) \(limit)", bound: 3))
            }
        }
        return lines
    }

    private func lists(_ cache: Cache, _ chats: [CachedConversation]) throws -> [String] {
        var random = SplitMix64(seed: 5)
        func any() -> Int64 { chats[random.below(chats.count)].chatroomID }
        return [
            try Timings.of(calls) { _ in _ = try cache.conversations(ownID: userId) }
                .json("conversations", bound: 10),
            try Timings.of(calls) { _ in _ = try cache.conversation(any(), ownID: userId) }
                .json("conversation", bound: 1),
            try Timings.of(calls) { _ in _ = try cache.people(any()) }.json("people", bound: 3),
            try Timings.of(calls) { _ in _ = try cache.files(any(), limit: 50, ownID: userId) }
                .json("files", bound: 3),
            try Timings.of(calls) { _ in _ = try cache.pins(any(), ownID: userId) }
                .json("pins", bound: 1),
        ]
    }

    private func searches(_ cache: Cache, _ chats: [CachedConversation]) throws -> [String] {
        var lines: [String] = []
        for query in Self.queries {
            for (name, chatroomID) in [
                ("", nil),
                (" in the largest chat", chats.max { $0.headSeq < $1.headSeq }?.chatroomID),
                (" in the smallest chat", chats.min { $0.headSeq < $1.headSeq }?.chatroomID),
            ] {
                var found = 0
                let timings = try Timings.of(max(5, calls / 10)) { _ in
                    found = try cache.search(
                        query, chatroomID: chatroomID, limit: 200, ownID: userId
                    ).count
                }
                lines.append(
                    timings.json("search \(query)\(name)", bound: 50, extra: #","found":\#(found)"#)
                )
            }
        }
        return lines
    }

    /// Stores into a copy: bursts as they come after an absence, and single messages.
    private func storing(_ chats: [CachedConversation]) throws -> [String] {
        let copy = file + ".copy"
        let remove = {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: copy + suffix)
            }
        }
        remove()
        defer { remove() }
        try FileManager.default.copyItem(atPath: file, toPath: copy)
        let cache = try Cache(path: copy)
        var burst = Burst(chats)
        let bursts = try Timings.of(5) { _ in
            for items in burst.take(Self.storedMessages, Self.storedBatch) {
                try cache.store(items, ownID: userId)
            }
        }
        let singles = try Timings.of(calls) { _ in
            try cache.store(burst.take(1, 1)[0], ownID: userId)
        }
        return [
            bursts.json("store 5000 in batches of 64", bound: 300),
            singles.json("store one", bound: 5),
        ]
    }

    /// Kibibytes that the system says this process has.
    private static func status(_ key: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(key) } ?? ""
        return line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first ?? 0
    }
}

/// Messages that arrive behind what the cache holds.
private struct Burst {
    private var heads: [Int64: Int64]
    private let chats: [CachedConversation]
    private let texts = TextSource()
    private var random = SplitMix64(seed: 9)
    private var time: Int64 = 1_900_000_000_000

    init(_ chats: [CachedConversation]) {
        self.chats = chats
        heads = Dictionary(uniqueKeysWithValues: chats.map { ($0.chatroomID, $0.headSeq) })
    }

    mutating func take(_ count: Int, _ batch: Int) -> [[IMMessageItem]] {
        var batches: [[IMMessageItem]] = []
        for index in 0..<count {
            let chat = chats[random.skewed(chats.count)]
            let seq = (heads[chat.chatroomID] ?? 0) + 1
            heads[chat.chatroomID] = seq
            time += 1
            var item = IMMessageItem()
            item.chatroomID = chat.chatroomID
            item.seq = seq
            item.messageID = "B\(time)"
            item.userID = 2
            item.code = .text
            item.content = texts.line(&random)
            item.messageSendTime = time
            if index % batch == 0 { batches.append([]) }
            batches[batches.count - 1].append(item)
        }
        return batches
    }
}
