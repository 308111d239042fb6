import FreeIMClient

/// Who a text speaks to: `@account` and `@nickname`, `@all` for everyone.
enum MentionText {
    /// The user ID that stands for everyone.
    static let everyone: Int64 = -1
    /// Users that one message mentions at most.
    static let usersMax = 50

    /// The users mentioned, in the order of the text; who is not among the people is not.
    static func users(in text: String, among people: [Person]) -> [Int64] {
        guard text.contains("@") else { return [] }
        var found: [Int64] = []
        for part in text.split(separator: "@", omittingEmptySubsequences: false).dropFirst() {
            guard let userID = user(part, people), !found.contains(userID) else { continue }
            found.append(userID)
            if found.count == usersMax { break }
        }
        return found
    }

    /// The person whose name the text begins with; the longest name counts.
    private static func user(_ text: Substring, _ people: [Person]) -> Int64? {
        var best: (length: Int, userID: Int64)?
        for person in people {
            for name in [person.account, person.nickname] where begins(text, name) {
                if name.count > best?.length ?? 0 { best = (name.count, person.userID) }
            }
        }
        if best == nil, begins(text, "all") { return everyone }
        return best?.userID
    }

    private static func begins(_ text: Substring, _ name: String) -> Bool {
        if name.isEmpty { return false }
        guard text.prefix(name.count).lowercased() == name.lowercased() else { return false }
        guard let next = text.dropFirst(name.count).first else { return true }
        return !(next.isLetter || next.isNumber || next == "_") || !next.isASCII
    }
}
