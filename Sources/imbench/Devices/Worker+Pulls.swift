import FreeIMProtocol
import NIOCore

extension Worker {
    /// Messages in one page of a catch-up.
    private static let pageMax = 500

    /// Asks for a page.
    func pull(
        _ device: BenchDevice, _ conversation: Int32, _ purpose: BenchDevice.Pull.Purpose,
        after: Int64?, before: Int64?, limit: Int
    ) {
        let pull = BenchDevice.Pull(
            sequenceID: device.takeSequenceID(), conversation: conversation, number: takePull(),
            purpose: purpose, after: after, before: before, limit: limit)
        guard device.isOnline else { return dropped(pull, device) }
        var request = IMSyncRequest()
        request.chatroomID = run.population.conversations[Int(conversation)].chatroomID
        if let after { request.afterSeq = after }
        if let before { request.beforeSeq = before }
        request.limit = Int32(limit)
        device.add(pull)
        observe(
            .asking(device: device.index, conversation: conversation, pull: pull.number))
        device.write(request, .sync, sequenceID: pull.sequenceID)
    }

    /// Takes a page: one that was asked for, or one that the server sent by itself.
    func took(_ device: BenchDevice, _ page: IMSyncPage, _ sequenceID: Int32) {
        guard sequenceID != 0 else {
            for item in page.messages { delivered(device, item, .offlinePage) }
            return
        }
        guard let at = device.pulls.firstIndex(where: { $0.sequenceID == sequenceID }) else {
            return observe(.wire(device: device.index, words: "a page that nobody asked for"))
        }
        let pull = device.removePull(at: at)
        var way = Observation.Way.pulled
        if case .final = pull.purpose { way = .final }
        observe(
            .page(
                Observation.SyncedPage(
                    device: device.index, conversation: pull.conversation, way: way,
                    pull: pull.number, after: pull.after, before: pull.before, limit: pull.limit,
                    seqs: page.messages.map(\.seq), hasMore: page.hasMore_p,
                    headSeq: page.headSeq, firstSeq: page.firstSeq)))
        goOn(device, page, pull, way)
        if device.pulls.isEmpty, let then = device.whenPulled {
            device.whenPulled = nil
            then()
        }
    }

    private func goOn(
        _ device: BenchDevice, _ page: IMSyncPage, _ pull: BenchDevice.Pull, _ way: Observation.Way
    ) {
        let last = page.messages.last?.seq
        switch pull.purpose {
        case .gap(let through):
            for item in page.messages where item.seq <= through { delivered(device, item, way) }
            if let last, last < through {
                self.pull(
                    device, pull.conversation, pull.purpose, after: last, before: nil,
                    limit: Worker.pageMax)
            }
        case .catchUp, .final:
            for item in page.messages { delivered(device, item, way) }
            if page.hasMore_p, let last {
                self.pull(
                    device, pull.conversation, pull.purpose, after: last, before: nil,
                    limit: Worker.pageMax)
            } else if way == .final {
                finalLeft -= 1
                nextFinal()
            }
        case .request(let traffic, let number):
            for item in page.messages { delivered(device, item, way, acknowledges: false) }
            observe(.answered(traffic: traffic, request: number, isRefused: false))
        }
    }

    /// The connection ended before the page came.
    func dropped(_ pull: BenchDevice.Pull, _ device: BenchDevice) {
        switch pull.purpose {
        case .gap, .catchUp:
            // The range is still missing; it is asked for on the next connection.
            if isOver { return }
            let bound = NIOLoopBound(device, eventLoop: loop)
            loop.scheduleTask(in: .milliseconds(100)) {
                let device = bound.value
                guard device.isWanted, !device.worker.isOver else { return }
                device.worker.pull(
                    device, pull.conversation, pull.purpose, after: pull.after,
                    before: pull.before, limit: pull.limit)
            }
        case .final:
            finalQueue.append((device.index, pull.conversation))
            let bound = NIOLoopBound(self, eventLoop: loop)
            finalLeft -= 1
            loop.scheduleTask(in: .milliseconds(200)) { bound.value.nextFinal() }
        case .request(let traffic, let number):
            observe(.answered(traffic: traffic, request: number, isRefused: true))
        }
    }

    func refusedPull(_ device: BenchDevice, _ pull: BenchDevice.Pull, _ error: IMError) {
        if case .request(let traffic, let number) = pull.purpose {
            return observe(.answered(traffic: traffic, request: number, isRefused: true))
        }
        let isForGood = error.definite && error.retryAfterMs <= 0
        if !isForGood { return dropped(pull, device) }
        if case .final = pull.purpose {
            finalLeft -= 1
            nextFinal()
        }
        if device.pulls.isEmpty, let then = device.whenPulled {
            device.whenPulled = nil
            then()
        }
    }

    // MARK: The final reading

    /// Reads whole logs, a few at a time.
    func beginFinal(_ list: [(device: Int32, conversation: Int32)]) {
        finalQueue = list
        finalLeft = 0
        for _ in 0..<min(Worker.finalPullsMax, list.count) { nextFinal() }
        flush()
    }

    var isFinalDone: Bool { finalQueue.isEmpty && finalLeft == 0 }

    private func nextFinal() {
        guard !isOver, let (index, conversation) = finalQueue.popLast() else { return }
        finalLeft += 1
        pull(device(index), conversation, .final, after: 0, before: nil, limit: Worker.pageMax)
    }
}
