import FreeIMProtocol
import NIOCore

extension Worker {
    /// Devices looked at for one that is on line (or wants to be) and free.
    private static let picksMax = 24

    // MARK: Phases

    /// Starts the load of a phase.
    func begin(_ streams: [LoadStream], windows: [Int: Int]) {
        self.streams = streams
        self.windows = windows
        isSending = true
        if !windows.isEmpty {
            for device in devices where device.isOnline { fillWindows(device) }
            flush()
        }
    }

    /// Ends it; how much of the open loop was made, and how much was due and was not.
    func endPhase() -> (made: Int, missed: Int) {
        let now = Worker.now()
        isSending = false
        let counts = streams.reduce((0, 0)) { ($0.0 + $1.made, $0.1 + $1.missed(by: now)) }
        streams = []
        windows = [:]
        return counts
    }

    /// Does whatever is due. Late is late and counts from when it was due; nothing is skipped.
    func sendDue(_ now: Int64) {
        for index in streams.indices {
            while isSending, let due = streams[index].take(by: now) {
                perform(index, due)
                // A long backlog must not keep the loop from its other work.
                if Worker.now() - now > 20_000_000 { return }
            }
        }
    }

    private func perform(_ stream: Int, _ due: Int64) {
        let plan = streams[stream].plan
        switch plan.action {
        case .send: sendText(stream, due)
        case .httpSend: sendHTTP(stream, due)
        case .read: read(stream, due)
        case .typing: typing(stream, due)
        case .recall: act(stream, due, .recall)
        case .edit: act(stream, due, .edit)
        case .react: act(stream, due, .reaction)
        case .sync(let direction): askPage(stream, due, direction)
        case .httpRead: readHTTP(stream, due)
        case .signIn: signIn(stream, due)
        case .member(let wait): changeMember(stream, due, wait)
        case .malformed: sendMalformed(stream, due)
        case .steps(let steps):
            guard let device = pick(stream, { !$0.isScripted && $0.isOnline }) else { return }
            observeRequest(stream, due) { done in
                self.script(steps, device, seed: self.streams[stream].random.next(), done)
            }
        }
    }

    /// Tells the judge of a request that is no send, and of its end.
    func observeRequest(
        _ stream: Int, _ due: Int64, _ work: (_ done: @escaping (Bool) -> Void) -> Void
    ) {
        let (traffic, request) = (UInt8(streams[stream].traffic), takeRequest())
        observe(.asked(traffic: traffic, request: request, due: due))
        work { [unowned self] isAnswered in
            observe(.answered(traffic: traffic, request: request, isRefused: !isAnswered))
        }
    }

    func pick(_ stream: Int, _ fits: (BenchDevice) -> Bool) -> BenchDevice? {
        for _ in 0..<Worker.picksMax {
            guard let index = streams[stream].pick(streams[stream].candidates) else { return nil }
            let device = device(index)
            if fits(device) { return device }
        }
        return nil
    }

    /// A conversation of the device that the traffic is for.
    func conversation(_ stream: Int, of device: BenchDevice) -> Int32? {
        let user = run.population.devices[Int(device.index)].user
        let all = run.population.conversationsOfUser[Int(user)]
        let target = streams[stream].plan.target
        for _ in 0..<8 {
            guard let one = streams[stream].pick(all) else { return nil }
            if run.population.matches(one, target) { return one }
        }
        return all.first { run.population.matches($0, target) }
    }

    // MARK: Sends

    private func sendText(_ stream: Int, _ due: Int64) {
        guard let device = pick(stream, { $0.isWanted }),
            let conversation = conversation(stream, of: device)
        else { return }
        let traffic = streams[stream].traffic
        let isTwice = streams[stream].happens(streams[stream].plan.retry)
        let send = make(
            device, conversation, traffic: traffic, bytes: streams[stream].bytes(), .text, due: due)
        if isTwice, device.isOnline { transmit(send, from: device) }
    }

    /// Keeps a device's windows full.
    func fillWindows(_ device: BenchDevice) {
        for (traffic, window) in windows {
            guard device.unanswered.count < window,
                let stream = streams.firstIndex(where: { $0.traffic == traffic })
            else { continue }
            if streams[stream].plan.isSingleSender, streams[stream].candidates != [device.index] {
                continue
            }
            while isSending, device.unanswered.count < window,
                let conversation = conversation(stream, of: device)
            {
                make(
                    device, conversation, traffic: traffic, bytes: streams[stream].bytes(), .text,
                    due: Worker.now())
            }
        }
    }

    /// Makes a send; it waits when its device is not on line.
    @discardableResult
    func make(
        _ device: BenchDevice, _ conversation: Int32, traffic: Int, bytes: Int32,
        _ code: IMMessageCode, due: Int64, target: Recent? = nil
    ) -> BenchDevice.Unanswered {
        let send = BenchDevice.Unanswered(
            send: takeSend(), conversation: conversation, bytes: bytes, traffic: UInt8(traffic),
            code: UInt8(code.rawValue), target: target?.messageID ?? "")
        observe(
            .sent(
                Observation.Sent(
                    send: send.send, device: device.index, conversation: conversation,
                    traffic: send.traffic, code: send.code, isHTTP: false,
                    target: target?.send ?? -1, due: due)))
        device.add(send)
        if device.isOnline { transmit(send, from: device) }
        return send
    }

    func transmit(_ send: BenchDevice.Unanswered, from device: BenchDevice) {
        guard device.isOnline else { return }
        observe(.transmitted(send: send.send))
        device.write(item(send), .message, sequenceID: device.takeSequenceID())
    }

    func item(_ send: BenchDevice.Unanswered) -> IMMessageItem {
        var item = IMMessageItem()
        item.chatroomID = run.population.conversations[Int(send.conversation)].chatroomID
        item.code = IMMessageCode(rawValue: Int(send.code)) ?? .text
        item.content = BenchText.text(of: send.send, bytes: Int(send.bytes))
        item.clientMessageID = run.clientMessageID(send.send)
        item.targetMessageID = send.target
        return item
    }

    /// A recall, an edit or a reaction.
    private func act(_ stream: Int, _ due: Int64, _ code: IMMessageCode) {
        let isOwn = code != .reaction
        for _ in 0..<Worker.picksMax {
            guard let recent = streams[stream].pick(isOwn ? own : seen) else { return }
            let device = device(recent.device)
            guard device.isOnline else { continue }
            if code == .recall { own.removeAll { $0.send == recent.send } }
            if code == .recall { ownAt = 0 }
            make(
                device, recent.conversation, traffic: streams[stream].traffic,
                bytes: Int32(BenchText.bytesRange.lowerBound + 8), code, due: due, target: recent)
            return
        }
    }

    func remember(own recent: Recent) {
        if own.count < Worker.recentMax { return own.append(recent) }
        ownAt = (ownAt + 1) % own.count
        own[ownAt] = recent
    }

    func remember(seen recent: Recent) {
        if seen.count < Worker.recentMax { return seen.append(recent) }
        seenAt = (seenAt + 1) % seen.count
        seen[seenAt] = recent
    }

    // MARK: Signals

    private func read(_ stream: Int, _ due: Int64) {
        guard let device = pick(stream, { $0.isOnline && !$0.rooms.isEmpty }),
            let room = device.rooms.indices.first(where: {
                device.rooms[$0].read < device.rooms[$0].newest
            })
        else { return }
        let seq = device.rooms[room].newest
        let conversation = device.rooms[room].conversation
        device.rooms[room].read = seq
        observe(.reading(device: device.index, conversation: conversation, seq: seq))
        var receipt = IMReceipt()
        receipt.chatroomID = run.population.conversations[Int(conversation)].chatroomID
        receipt.readSeq = seq
        device.write(receipt, .receipt, sequenceID: device.takeSequenceID())
        signalled(stream, due)
    }

    private func typing(_ stream: Int, _ due: Int64) {
        guard let device = pick(stream, { $0.isOnline }),
            let conversation = conversation(stream, of: device)
        else { return }
        var typing = IMTyping()
        typing.chatroomID = run.population.conversations[Int(conversation)].chatroomID
        typing.typing = true
        device.write(typing, .typing, sequenceID: device.takeSequenceID())
        signalled(stream, due)
    }

    /// What has no answer counts as made.
    private func signalled(_ stream: Int, _ due: Int64) {
        observe(
            .asked(
                traffic: UInt8(streams[stream].traffic), request: Observation.unanswered, due: due))
    }

    private func askPage(_ stream: Int, _ due: Int64, _ direction: TrafficPlan.SyncDirection) {
        guard let device = pick(stream, { $0.isOnline }),
            let conversation = conversation(stream, of: device)
        else { return }
        let (traffic, number) = (UInt8(streams[stream].traffic), takeRequest())
        observe(.asked(traffic: traffic, request: number, due: due))
        let head = device.rooms[device.room(conversation)].newest
        let place = head > 0 ? Int64(streams[stream].random.next() % UInt64(head + 1)) : 0
        pull(
            device, conversation, .request(traffic: traffic, number: number),
            after: direction == .forward ? place : nil,
            before: direction == .backward ? place + 1 : nil, limit: streams[stream].plan.limit)
    }
}
