import FreeIMProtocol

@testable import FreeIMClient

/// Messages as a server sends them, for the tests of the cache.
enum CacheItems {
    static func item(
        _ seq: Int64, _ content: String, chat: Int64 = 1, user: Int64 = 2,
        code: IMMessageCode = .text, target: String = "", replyTo: String = "",
        mentions: [Int64] = [], time: Int64? = nil
    ) -> IMMessageItem {
        var item = IMMessageItem()
        item.chatroomID = chat
        item.seq = seq
        item.messageID = id(seq, chat)
        item.userID = user
        item.code = code
        item.content = content
        item.messageSendTime = time ?? seq &* 1_000 + chat
        item.targetMessageID = target
        item.replyTo = replyTo
        item.mentions = mentions
        return item
    }

    static func id(_ seq: Int64, _ chat: Int64 = 1) -> String { "MESSAGE-\(chat)-\(seq)" }
}
