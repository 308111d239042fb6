import FreeIMProtocol

/// The kinds of events that `subscribe` names.
enum RPCEvent: String, CaseIterable, Sendable {
    case message, connection, typing, receipt, conversations, outbox, notice
    case signedOut = "signed_out"

    /// What comes when no kind is named.
    static let usual: Set<RPCEvent> = [.message, .connection, .signedOut]

    var summary: String {
        switch self {
        case .message: "a message, each once and in the order of its chat; has 'after'"
        case .connection: "state: online, connecting or offline; reason, retry_ms"
        case .typing: "chatroom_id, user_id, typing"
        case .receipt: "chatroom_id, read_seq, peer_delivered_seq, peer_read_seq"
        case .conversations: "the list of chats changed; chat.list has it"
        case .outbox: "chatroom_id, waiting: sends that have no answer yet"
        case .notice: "text: a line for a person"
        case .signedOut: "reason: the token is no longer good"
        }
    }

    /// The kinds in a request. Throws `RPCFault`.
    static func read(_ value: JSONValue) throws -> Set<RPCEvent> {
        if value == .null { return usual }
        let names = value.items.compactMap(\.text)
        let events = names.compactMap { RPCEvent(rawValue: $0) }
        guard case .array(let items) = value, !items.isEmpty, events.count == items.count else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw RPCFault(.null, "wrong_params", "events: a list of some of \(known)")
        }
        return Set(events)
    }

    /// Places to begin behind: `"5:12,7:3"`, or `{"5":12}`; nil: none given. Throws `RPCFault`.
    static func places(_ value: JSONValue?) throws -> [Int64: Int64]? {
        switch value {
        case nil, .null: return nil
        case .string(let text):
            if let places = TailPosition.places(text) { return places }
        case .object(let fields):
            let pairs = fields.map { "\($0.key):\($0.value.integer ?? -1)" }
            if let places = TailPosition.places(pairs.joined(separator: ",")) { return places }
        case .bool, .int, .double, .array: break
        }
        throw RPCFault(.null, "wrong_params", "after: \"CHAT:SEQ,…\", or {\"CHAT\": SEQ}")
    }
}
