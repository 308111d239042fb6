import FreeIMProtocol

/// What carries out the requests of an `imtui rpc`; tests have one of their own.
protocol RPCRunning: Sendable {
    /// Carries one out; `enqueued` once what it sends has its place.
    func run(
        _ call: CommandCall, enqueued: @escaping @Sendable () -> Void
    ) async throws -> CommandResult
    /// The call with its chat found, and the chat whose sends keep their order; nil: it has none.
    func placed(_ call: CommandCall) async -> (call: CommandCall, chatroomID: Int64?)
    /// Begins to give events of these kinds; none ends it.
    func subscribe(_ events: Set<RPCEvent>, after: [Int64: Int64]?) async throws
}

/// Reads requests, runs them side by side, and writes answers as they are ready.
struct RPCSession: Sendable {
    /// Requests that run at once; further lines wait to be read.
    static let requestsMax = 64
    /// Chats whose order is remembered.
    private static let lanesMax = 1_024

    let runner: any RPCRunning
    let input: @Sendable () async -> LineScanner.Line?
    let output: @Sendable (JSONValue) async -> Void

    /// Runs until the input ends and everything that was begun is answered.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            var lanes: [Int64: Turn] = [:]
            while let line = await input() {
                if line == .text("") { continue }
                guard let request = await request(line) else { continue }
                if running == RPCSession.requestsMax {
                    await group.next()
                    running -= 1
                }
                let (call, chatroomID) = await runner.placed(
                    CommandCall(request.method, request.params))
                let (before, turn) = (chatroomID.flatMap { lanes[$0] }, Turn())
                if let chatroomID {
                    if lanes.count > RPCSession.lanesMax {
                        lanes = lanes.filter { !$0.value.isOver }
                    }
                    lanes[chatroomID] = turn
                }
                group.addTask {
                    await before?.wait()
                    await answer(request.id, call, turn)
                }
                running += 1
            }
        }
    }

    /// The request of a line; nil when it is answered already.
    private func request(_ line: LineScanner.Line) async -> RPCRequest? {
        do throws(RPCFault) {
            guard case .text(let text) = line else {
                throw RPCFault(
                    .null, "too_long", "a line has \(LineScanner.lineBytesMax) bytes at most")
            }
            return try RPCRequest(line: text)
        } catch {
            await output(error.json)
            return nil
        }
    }

    private func answer(_ id: JSONValue, _ call: CommandCall, _ turn: Turn) async {
        defer { turn.end() }
        do {
            let result = try await result(call, turn)
            await output(["id": id, "result": result])
        } catch let fault as RPCFault {
            await output(RPCFault(id, fault.code, fault.message, definite: fault.definite).json)
        } catch {
            await output(RPCFault(id, error).json)
        }
    }

    private func result(_ call: CommandCall, _ turn: Turn) async throws -> JSONValue {
        switch call.name {
        case "rpc.describe": return RPCSchema.description
        case "subscribe":
            let events = try RPCEvent.read(call.arguments["events"] ?? .null)
            try await runner.subscribe(events, after: try RPCEvent.places(call.arguments["after"]))
            return ["events": .array(events.map(\.rawValue).sorted().map { .string($0) })]
        case "unsubscribe":
            try await runner.subscribe([], after: nil)
            return ["events": []]
        case let name:
            guard CommandTable.find(name) != nil else {
                throw CommandMistake(
                    .unknownCommand, "there is no method '\(name)'; rpc.describe lists them")
            }
            let result = try await runner.run(call, enqueued: { turn.end() })
            return result.data
        }
    }
}
