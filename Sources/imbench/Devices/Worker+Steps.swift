import FreeIMCore
import FreeIMProtocol
import NIOCore

extension Worker {
    /// Seconds that a script waits for its device to come on line.
    private static let onlineSecondsMax: Int64 = 60

    /// Does the steps one after the other, and then `done`; in the end the device is on line
    /// again whatever the steps were.
    func script(
        _ steps: [TrafficPlan.Step], _ device: BenchDevice, seed: UInt64,
        _ done: @escaping (Bool) -> Void
    ) {
        device.isScripted = true
        tasks += 1
        var random = SplitMix64(seed: seed)
        step(steps[...], device, &random) { [unowned self] in
            device.isScripted = false
            tasks -= 1
            want(device)
            done(true)
        }
    }

    private func step(
        _ steps: ArraySlice<TrafficPlan.Step>, _ device: BenchDevice, _ random: inout SplitMix64,
        _ done: @escaping () -> Void
    ) {
        guard !isOver, let step = steps.first else { return done() }
        let seed = random.next()
        let rest = steps.dropFirst()
        let next = { [unowned self] in
            var random = SplitMix64(seed: seed)
            self.step(rest, device, &random, done)
        }
        switch step {
        case .offline:
            goOffline(device)
            next()
        case .drop:
            unwant(device)
            device.link?.close()
            next()
        case .halfOpen:
            leaveHalfOpen(device)
            next()
        case .online: comeOnline(device, next)
        case .slow(let seconds):
            guard let link = device.link else { return next() }
            observe(.away(device: device.index))
            link.setReading(false)
            after(seconds, &random) { [unowned self] in
                link.setReading(true)
                observe(.back(device: device.index))
                next()
            }
        case .wait(let seconds): after(seconds, &random, next)
        case .sync: catchUp(device, next)
        }
        flush()
    }

    /// In that time, chosen at random; at once when the run is over.
    private func after(
        _ seconds: ClosedRange<Double>, _ random: inout SplitMix64, _ then: @escaping () -> Void
    ) {
        let wait = random.within(seconds)
        let bound = NIOLoopBound(then, eventLoop: loop)
        loop.scheduleTask(in: .nanoseconds(Int64(wait * 1e9))) { bound.value() }
    }

    private func goOffline(_ device: BenchDevice) {
        unwant(device)
        if device.isOnline { device.write(IMQuit(), .quit, sequenceID: device.takeSequenceID()) }
        guard let link = device.link else { return }
        link.flush()
        // The server closes in order; a server that does not is not waited for.
        let bound = NIOLoopBound(link, eventLoop: loop)
        loop.scheduleTask(in: .seconds(2)) { bound.value.close() }
    }

    /// Leaves the connection where it is, open and unread.
    func leaveHalfOpen(_ device: BenchDevice) {
        guard let link = device.link else { return }
        link.abandon()
        abandoned.append(link)
        if abandoned.count > Worker.recentMax { abandoned.removeFirst().close() }
        unwant(device)
        lose(device)
    }

    /// Connects, and goes on when it is authenticated (or when that takes too long).
    private func comeOnline(_ device: BenchDevice, _ then: @escaping () -> Void) {
        if device.isOnline, device.isWanted { return then() }
        var isDone = false
        let once = {
            if isDone { return }
            isDone = true
            then()
        }
        device.whenOnline = once
        want(device)
        // A connection that is on its way out is waited for: it connects again by itself.
        let bound = NIOLoopBound(once, eventLoop: loop)
        loop.scheduleTask(in: .seconds(Worker.onlineSecondsMax)) { bound.value() }
    }

    private func catchUp(_ device: BenchDevice, _ then: @escaping () -> Void) {
        guard device.isOnline else { return then() }
        device.whenPulled = then
        let user = run.population.devices[Int(device.index)].user
        for conversation in run.population.conversationsOfUser[Int(user)] {
            let newest = device.rooms[device.room(conversation)].newest
            pull(device, conversation, .catchUp, after: newest, before: nil, limit: 500)
        }
        if device.pulls.isEmpty {
            device.whenPulled = nil
            then()
        }
    }

    // MARK: All at once

    /// That share of the devices drops its connection and comes back.
    func storm(share: Double) {
        for device in devices where device.isOnline && !device.isScripted && happens(share) {
            device.link?.close()
        }
    }

    func halfOpenAll(share: Double) {
        for device in devices where device.isOnline && !device.isScripted && happens(share) {
            leaveHalfOpen(device)
            want(device)
        }
        flush()
    }

    private func happens(_ share: Double) -> Bool {
        random.fraction() < share
    }
}
