import Foundation
import FreeIMProtocol
import NIOCore
import Testing

@testable import FreeIMServer

/// What the faults do on the wire.
@Suite struct DeliveryFaultTests {
    /// Two members and a stranger on a server with those faults; the first one talks.
    private func pushed(
        _ faults: String, _ texts: [String], version: BodyVersion = .protobuf
    ) async throws -> (member: [IMMessageItem], stranger: [IMMessageItem]) {
        let server = try await WireServer(faults)
        let (people, room) = try await server.people(3, members: 2)
        var clients: [WireClient] = []
        for person in people {
            clients.append(try await server.connect(person, version: version))
        }
        _ = try await clients[1].heard()
        for text in texts { try await clients[0].say(text, in: room) }
        let got = (try await clients[1].pushes(), try await clients[2].pushes())
        await server.end()
        return got
    }

    @Test(arguments: BodyVersion.allCases) func pushes(version: BodyVersion) async throws {
        let texts = ["alpha", "beta", "gamma", "delta"]
        func contents(_ faults: String) async throws -> [String] {
            try await pushed(faults, texts, version: version).member.map(\.content)
        }
        #expect(try await contents("forget=100") == texts)
        #expect(try await contents("drop_push=2") == ["alpha", "gamma"])
        #expect(
            try await contents("double_push=2")
                == ["alpha", "beta", "beta", "gamma", "delta", "delta"])
        #expect(try await contents("swap_push=2") == ["alpha", "gamma", "beta", "delta"])
        #expect(try await contents("corrupt=2") == ["alpha", "beua", "gamma", "demta"])
    }

    @Test func disagree() async throws {
        let got = try await pushed("disagree=2", ["a", "b", "c"]).member
        #expect(got.map(\.content) == ["a", "b", "b"])
        #expect(got.map(\.seq) == [got[0].seq, got[0].seq + 1, got[0].seq + 2])
        #expect(Set(got.map(\.messageID)).count == 3)
        #expect(got[2].clientMessageID == got[1].clientMessageID)
    }

    @Test func leak() async throws {
        let got = try await pushed("leak=3", ["a", "b", "c", "d"])
        #expect(got.member.count == 4)
        #expect(got.stranger.map(\.content) == ["c"])
    }

    @Test func skippedSeqsArePushedAsHoles() async throws {
        let seqs = try await pushed("skip_seq=2", ["a", "b", "c"]).member.map(\.seq)
        #expect(seqs == [seqs[0], seqs[0] + 2, seqs[0] + 3])
    }

    @Test func whoWasRemovedStillHears() async throws {
        let server = try await WireServer("leak=1")
        let (people, room) = try await server.people(2, members: 2)
        let (root, member) = (
            try await server.connect(people[0]), try await server.connect(people[1])
        )
        _ = try await member.heard()
        let groups = try await server.call(
            "/chatroom/group.info", token: people[0].token, ["group_id": 1])
        #expect(groups != .null)
        try await server.call(
            "/chatroom/remove.group.member", token: people[0].token,
            ["group_id": 1, "member_list": [.int(people[1].userID)]])
        try await root.say("behind their back", in: room)
        let got = try await member.pushes()
        #expect(got.last?.content == "behind their back")
        await server.end()
    }

    @Test func vanish() async throws {
        let server = try await WireServer("vanish=2")
        let (people, room) = try await server.people(2, members: 2)
        let (one, other) = (
            try await server.connect(people[0]), try await server.connect(people[1])
        )
        _ = try await other.heard()
        let first = try await one.say("kept", in: room)
        let gone = StoreFixture.text(room, "gone", id: "gone")
        try await one.write(gone, .message)
        // Its answer would have come before this one's.
        let third = try await one.say("kept too", in: room)
        #expect(third.seq == first.seq + 1)
        let got = try await other.pushes()
        #expect(got.map(\.content) == ["kept", "gone", "kept too"])
        #expect(got.map(\.seq) == [first.seq, first.seq + 1, first.seq + 1])
        try await one.write(gone, .message)
        let error = try one.body(IMError.self, await one.next(.error))
        #expect(error.code == "forbidden" && error.definite)
        await server.end()
    }

    @Test func readBack() async throws {
        let server = try await WireServer("read_back=1")
        let (people, room) = try await server.people(2, members: 2)
        let (one, other) = (
            try await server.connect(people[0]), try await server.connect(people[1])
        )
        var seqs: [Int64] = []
        for text in ["a", "b", "c"] { seqs.append(try await one.say(text, in: room).seq) }
        var told: [Int64] = []
        for seq in seqs.suffix(2) {
            var receipt = IMReceipt()
            receipt.chatroomID = room
            receipt.readSeq = seq
            try await other.write(receipt, .receipt)
            told.append(try one.body(IMReceipt.self, await one.next(.receipt)).readSeq)
        }
        #expect(told == [seqs[1], seqs[1] - 1])
        await server.end()
    }

    @Test func wrongQuota() async throws {
        let server = try await WireServer("wrong_quota=1") { $0.offlineGroupMessagesMax = 4 }
        let (people, room) = try await server.people(2, members: 2)
        let one = try await server.connect(people[0])
        let other = try await server.connect(people[1])
        _ = try await other.heard()
        try await other.close()
        var head: Int64 = 0
        for number in 0..<10 { head = try await one.say("\(number)", in: room).seq }
        for quota in [2, 8] {
            let back = try await server.connect(people[1])
            let gap = try back.body(IMGap.self, await back.next(.gap))
            #expect(gap.toSeq == head - Int64(quota))
            let page = try back.body(IMSyncPage.self, await back.next(.sync))
            #expect(page.messages.count == quota)
            try await back.close()
        }
        await server.end()
    }

    @Test func ackEarly() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open(faults: "ack_early=1")
        let room = try await StoreFixture.group(store, users: 2)
        let request = SendRequest(
            origin: .connection(loop: 0, connection: 1, sequenceID: 5), userID: 1, device: 0,
            deviceID: "", clientType: "", item: StoreFixture.text(room, "a", id: "a"))
        #expect(store.offer(.send(request)))
        _ = try await send(store, room, "b", id: "b")
        let shapes = fixture.published.shapes
        let early = shapes.firstIndex { $0.replies == 1 }
        #expect(early.map { shapes[$0].changes } == 0)
        #expect(shapes.last.map { $0.replies } == 0)
        #expect(fixture.published.seqs(room) == [1, 2])
        await store.close()
    }
}
