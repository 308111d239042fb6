import Testing

@testable import FreeIMClient

/// People, drafts and lines entered before.
@Suite struct CachePeopleTests {
    private let folder = TemporaryFolder()
    private let cache: Cache

    init() throws {
        cache = try Cache(path: folder.path + "/cache.sqlite")
    }

    @Test func peopleAreMembersAndWhoWroteThere() throws {
        try cache.setMembers(
            1,
            [
                Person(userID: 1, account: "me", nickname: "Me", role: "owner"),
                Person(userID: 2, account: "bo", nickname: "Bo", role: "admin"),
                Person(userID: 3, account: "al", nickname: "Al", role: "common"),
            ])
        try cache.store(
            [
                CacheItems.item(1, "x", user: 3), CacheItems.item(2, "x", user: 9),
                CacheItems.item(3, "x", chat: 2, user: 8),
            ], ownID: 1)
        #expect(try cache.people(1).map(\.userID) == [9, 3, 2, 1])
        #expect(
            try cache.people(1)[2]
                == Person(userID: 2, account: "bo", nickname: "Bo", role: "admin"))
        #expect(try cache.people(2).map(\.userID) == [8] && cache.people(3).isEmpty)
        try cache.setMembers(1, [Person(userID: 2, nickname: "Bob", role: "common")])
        #expect(try cache.people(1).map(\.userID) == [9, 3, 2])
        #expect(cache.names([2, 3, 44]) == [2: "Bob", 3: "Al", 44: "user 44"])
        #expect(try cache.people(1)[2].account == "bo")
    }

    @Test func draftsKeepWhatTheyAreToBecome() throws {
        let draft = Draft(text: "half", replyTo: "M1", editOf: "M2")
        try cache.store([CacheItems.item(1, "x")], ownID: 1)
        try cache.setDraft(1, draft)
        #expect(try cache.draftOf(1) == draft && cache.draftOf(2) == Draft())
        #expect(try cache.conversation(1, ownID: 1)?.hasDraft == true)
        try cache.setDraft(1, Draft(replyTo: "M1"))
        #expect(try cache.draftOf(1) == Draft(replyTo: "M1"))
        try cache.setDraft(1, Draft())
        #expect(try cache.conversation(1, ownID: 1)?.hasDraft == false)
    }

    @Test func theHistoryOfInputIsBoundedAndWithoutRepeats() throws {
        for line in ["a", "b", "b", "", "a"] { try cache.addInput(line) }
        #expect(cache.inputHistory(limit: 10) == ["a", "b", "a"])
        #expect(cache.inputHistory(limit: 2) == ["b", "a"])
        try cache.addInput(String(repeating: "x", count: Cache.inputLineBytesMax + 1))
        for number in 0...Cache.inputLinesMax { try cache.addInput("line \(number)") }
        let lines = cache.inputHistory(limit: 10_000)
        #expect(lines.count == Cache.inputLinesMax && lines.first == "line 1")
    }

    @Test func theOutboxKeepsMentions() throws {
        let item = OutboxItem(
            clientMessageID: "c", chatroomID: 1, code: 1, content: "@all", replyTo: "",
            targetMessageID: "", createdTime: 3, failure: nil, mentions: [5, -1])
        try cache.enqueue(item)
        #expect(try cache.outbox() == [item])
    }
}
