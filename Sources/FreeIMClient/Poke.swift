/// What one process of a profile tells the one that is connected. A hint: the cache has the facts.
enum Poke: Sendable, Equatable {
    /// There is something new to send.
    case outbox
    /// More was read of that chat.
    case read(Int64)
    /// More is held of that chat.
    case held(Int64)
    case typing(Int64, Bool)
    case reconnect

    /// Bytes of the longest.
    static let bytesMax = 64

    var text: String {
        switch self {
        case .outbox: "outbox"
        case .read(let chatroomID): "read \(chatroomID)"
        case .held(let chatroomID): "held \(chatroomID)"
        case .typing(let chatroomID, let isTyping): "typing \(chatroomID) \(isTyping ? 1 : 0)"
        case .reconnect: "reconnect"
        }
    }

    /// What was meant; nil for anything else.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        let chatroomID = words.count > 1 ? Int64(words[1]) : nil
        switch (words.first, chatroomID, words.count) {
        case ("outbox", nil, 1): self = .outbox
        case ("reconnect", nil, 1): self = .reconnect
        case ("read", let chatroomID?, 2): self = .read(chatroomID)
        case ("held", let chatroomID?, 2): self = .held(chatroomID)
        case ("typing", let chatroomID?, 3): self = .typing(chatroomID, words[2] == "1")
        default: return nil
        }
    }
}
