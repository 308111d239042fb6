import FreeIMClient
import FreeIMCore
import FreeIMProtocol

/// A history of many chats over two years, the same for the same numbers.
struct History {
    /// One conversation as it grows.
    struct Chat {
        let id: Int64
        let isGroup: Bool
        let members: [Int64]
        var head: Int64 = 0
        /// Messages that later ones may answer or act upon: ID and author.
        var recent: [(id: String, author: Int64)] = []
    }

    /// Milliseconds since the epoch of the first message, and between two on average.
    private static let start: Int64 = 1_700_000_000_000
    private static let spanMs: Int64 = 63_072_000_000
    private static let recentMax = 20

    let ownID: Int64
    private(set) var chats: [Chat]
    private let step: Int64
    private let texts = TextSource()
    private var random: SplitMix64
    private var time = History.start
    private var number: UInt64 = 0

    init(messages: Int, chats count: Int, ownID: Int64) {
        self.ownID = ownID
        step = max(1, History.spanMs / Int64(max(1, messages)))
        random = SplitMix64(seed: UInt64(count) &* 1_000_003 &+ UInt64(messages))
        chats = []
        for index in 0..<count {
            let isGroup = index % 3 == 0
            let others = isGroup ? 4 + random.skewed(196) : 1
            let members = (0..<others).map { _ in ownID + 1 + Int64(random.below(2_000)) }
            chats.append(Chat(id: Int64(1_000 + index), isGroup: isGroup, members: members))
        }
    }

    /// The next message of the server, anywhere.
    mutating func next() -> IMMessageItem {
        let place = random.skewed(chats.count)
        time += Int64(random.below(Int(2 * step)) + 1)
        var item = IMMessageItem()
        let chat = chats[place]
        let hole = random.below(20_000) == 0 ? Int64(1 + random.below(300)) : 0
        chats[place].head += 1 + hole
        number += 1
        item.chatroomID = chat.id
        item.chatroomType = chat.isGroup ? .group : .single
        item.seq = chats[place].head
        item.messageID =
            MessageID(
                stamp: UInt64(time) << 12 | number & 0xfff, chatroomType: item.chatroomType,
                chatroomID: chat.id
            ).text
        item.messageSendTime = time
        let isOwn = random.happens(chat.isGroup ? 60 : 450)
        item.userID = isOwn ? ownID : chat.members[random.skewed(chat.members.count)]
        if isOwn { item.clientMessageID = "c-\(number)" }
        fill(&item, chat)
        if item.code.rawValue < 8 {
            chats[place].recent.append((item.messageID, item.userID))
            if chats[place].recent.count > History.recentMax { chats[place].recent.removeFirst() }
        }
        return item
    }

    private mutating func fill(_ item: inout IMMessageItem, _ chat: Chat) {
        item.code = .text
        let target = chat.recent.isEmpty ? nil : chat.recent[random.below(chat.recent.count)]
        let mine = chat.recent.last { [author = item.userID] in $0.author == author }
        switch random.below(1_000) {
        case 0..<20:
            guard let target else { break }
            item.code = .reaction
            item.targetMessageID = target.id
            item.content = TextSource.emoji[random.below(6)]
            return
        case 20..<30:
            guard let mine else { break }
            item.code = .edit
            item.targetMessageID = mine.id
        case 30..<34:
            guard let mine else { break }
            item.code = .recall
            item.targetMessageID = mine.id
            return
        case 34..<44:
            item.code = random.happens(600) ? .image : .file
            item.content = """
                {"url":"/media/\(item.messageID).png","name":"picture-\(number).png",\
                "size":\(random.below(1 << 22)),"type":"image/png"}
                """
            return
        case 44..<74: item.replyTo = target?.id ?? ""
        case 74..<84 where chat.isGroup:
            item.mentions =
                random.happens(200)
                ? [-1]
                : random.happens(400)
                    ? [ownID]
                    : chat.members
                        .prefix(1).map { $0 }
        case 84..<86: item.code = .memberUpdated
        default: break
        }
        item.content = texts.line(&random)
    }
}
