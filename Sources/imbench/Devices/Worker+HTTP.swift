import FreeIMHTTPClient
import FreeIMProtocol
import NIOCore

extension Worker {
    /// Milliseconds before a call that failed, or found no room, is tried again.
    private static let httpAgainMs: Int64 = 100
    /// Frames of one hostile connection.
    private static let hostileFrames = 8

    /// Runs `work` and hands its result back to this loop. Owned by the worker, which counts it:
    /// a run does not end before it.
    private func task<T: Sendable>(
        _ work: @escaping @Sendable () async -> T, then: @escaping (T) -> Void
    ) {
        tasks += 1
        httpInFlight += 1
        let bound = NIOLoopBound((self, then), eventLoop: loop)
        loop.makeFutureWithTask { await work() }.whenSuccess { result in
            let (worker, then) = bound.value
            worker.tasks -= 1
            worker.httpInFlight -= 1
            then(result)
            worker.flush()
        }
    }

    private func later(_ work: @escaping () -> Void) {
        let bound = NIOLoopBound(work, eventLoop: loop)
        loop.scheduleTask(in: .milliseconds(Worker.httpAgainMs)) { bound.value() }
    }

    /// The answer of a call in a device's name; nil: there was none.
    private static func call(
        _ run: RunContext, _ device: Int32, _ path: String, _ body: JSONValue
    ) async -> JSONValue? {
        let who = run.population.devices[Int(device)]
        guard let bytes = try? body.bytes(),
            let reply = try? await run.caller.call(
                "POST", path,
                headers: [
                    ("authorization", "Bearer \(who.token)"), ("device_id", who.deviceID),
                    ("client_type", "linux"),
                ], body: bytes)
        else { return nil }
        return JSONValue(parsing: reply.body)
    }

    // MARK: Sends

    func sendHTTP(_ stream: Int, _ due: Int64) {
        guard let device = pick(stream, { $0.isWanted }),
            let conversation = conversation(stream, of: device)
        else { return }
        let made = BenchDevice.Unanswered(
            send: takeSend(), conversation: conversation, bytes: streams[stream].bytes(),
            traffic: UInt8(streams[stream].traffic), code: UInt8(IMMessageCode.text.rawValue),
            target: "")
        observe(
            .sent(
                Observation.Sent(
                    send: made.send, device: device.index, conversation: conversation,
                    traffic: made.traffic, code: made.code, isHTTP: true, target: -1, due: due)))
        post(made, device)
    }

    private func post(_ send: BenchDevice.Unanswered, _ device: BenchDevice) {
        if isOver { return }
        if httpInFlight >= Worker.httpMax { return later { self.post(send, device) } }
        observe(.transmitted(send: send.send))
        let item = item(send)
        let body: JSONValue = [
            "chatroom_id": .int(item.chatroomID), "code": 1, "content": .string(item.content),
            "id": .string(item.clientMessageID),
        ]
        let (run, index) = (run, device.index)
        task {
            await Worker.call(run, index, "/message/send.message", body)
        } then: { [unowned self] answer in
            let data = answer?["data"] ?? .null
            if answer?["code"].integer == 0, let seq = data["seq"].integer {
                let chatroom = data["chatroom_id"].integer ?? 0
                observe(
                    .acked(
                        send: send.send,
                        conversation: run.population.conversationOfChatroom[chatroom] ?? -1,
                        seq: seq, isDuplicate: data["duplicate"] == .bool(true)))
                return
            }
            let code = answer?["error"].text ?? "no answer over HTTP"
            refused(code)
            // Only a definite word ends it; the rest is tried again with the same id.
            let isForGood =
                ErrorCode(rawValue: code).map {
                    $0.isDefinite && $0 != .busy && $0 != .rateLimited
                } ?? false
            observe(.refused(send: send.send, isForGood: isForGood))
            if !isForGood { later { self.post(send, device) } }
        }
    }

    // MARK: Requests

    func readHTTP(_ stream: Int, _ due: Int64) {
        guard let device = pick(stream, { $0.isWanted }),
            let conversation = conversation(stream, of: device)
        else { return }
        let (run, index) = (run, device.index)
        let isList = streams[stream].random.next() & 1 == 0
        let chatroomID = run.population.conversations[Int(conversation)].chatroomID
        let limit = Int64(streams[stream].plan.limit)
        observeRequest(stream, due) { done in
            task {
                await isList
                    ? Worker.call(run, index, "/chatroom/chatroom.list", ["page": 1])
                    : Worker.call(
                        run, index, "/message/sync",
                        ["chatroom_id": .int(chatroomID), "limit": .int(limit)])
            } then: { [unowned self] answer in
                let isAnswered = answer?["code"].integer == 0
                if !isAnswered { refused(answer?["error"].text ?? "no answer over HTTP") }
                done(isAnswered)
            }
        }
    }

    func signIn(_ stream: Int, _ due: Int64) {
        guard let account = streams[stream].pick(run.population.accounts) else { return }
        let (run, loop, number) = (run, loop, streams[stream].random.next() % 1_000)
        observeRequest(stream, due) { done in
            task {
                await PasswordVisit.run(
                    account, deviceID: "visit-\(number)", address: run.address(),
                    transport: run.transport, version: run.version(of: Int32(number)),
                    loop: loop)
            } then: { [unowned self] words in
                if let words { refused(words) }
                done(words == nil)
            }
        }
    }

    func sendMalformed(_ stream: Int, _ due: Int64) {
        let random = streams[stream].random.next()
        observeRequest(stream, due) { done in hostile(seed: random, done) }
    }

    /// One connection that sends what no honest client does.
    func hostile(seed: UInt64, _ done: @escaping (Bool) -> Void) {
        let run = run
        let (host, port) = run.address()
        let identities = run.population.hostile
        let who = seed & 1 == 0 ? identities[Int(seed >> 1) % identities.count] : nil
        let loop = loop
        task {
            try? await HostilePeer.run(
                host: host, port: port, transport: run.transport, identity: who,
                frames: Worker.hostileFrames, seed: seed, on: loop
            ).get()
        } then: { [unowned self] outcome in
            switch outcome {
            case .ok: done(true)
            case .wrong(let words):
                observe(.wire(device: -1, words: words))
                done(false)
            case .unreachable(let words):
                refused(words)
                done(false)
            case nil: done(false)
            }
        }
    }

    // MARK: Membership

    /// The owner of a group takes a member out, and in again.
    func changeMember(_ stream: Int, _ due: Int64, _ wait: ClosedRange<Double>) {
        guard let device = pick(stream, { $0.isWanted && !$0.isScripted }),
            let conversation = conversation(stream, of: device)
        else { return }
        let room = run.population.conversations[Int(conversation)]
        guard room.isGroup, room.members.count > 2,
            let member = streams[stream].pick(Array(room.members.dropFirst()))
        else { return }
        let owner = run.population.users[Int(room.members[0])].devices.lowerBound
        let body: JSONValue = [
            "group_id": .int(room.groupID),
            "member_list": .array([.int(run.population.users[Int(member)].id)]),
        ]
        let seconds = streams[stream].random.within(wait)
        observeRequest(stream, due) { done in
            change(Int32(owner), "/chatroom/remove.group.member", body) { [unowned self] in
                tasks += 1
                let bound = NIOLoopBound((self, done), eventLoop: loop)
                loop.scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) {
                    let (worker, done) = bound.value
                    worker.tasks -= 1
                    worker.change(Int32(owner), "/chatroom/add.group.member", body) { done(true) }
                }
            }
        }
    }

    /// Calls until it is answered.
    private func change(
        _ owner: Int32, _ path: String, _ body: JSONValue, _ then: @escaping () -> Void
    ) {
        if isOver { return }
        let run = run
        task {
            await Worker.call(run, owner, path, body)
        } then: { [unowned self] answer in
            if answer?["code"].integer == 0 { return then() }
            refused(answer?["error"].text ?? "no answer over HTTP")
            if answer == nil || answer?["error"].text == "busy" {
                later { self.change(owner, path, body, then) }
            } else {
                then()
            }
        }
    }
}
