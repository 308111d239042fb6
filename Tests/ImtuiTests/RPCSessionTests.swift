import FreeIMClient
import FreeIMProtocol
import Synchronization
import Testing

@testable import imtui

@Suite struct RPCSessionTests {
    /// Lines of a program, and what it is answered.
    final class Program: Sendable {
        private let lines: Mutex<[LineScanner.Line]>
        private let answers = Mutex<[JSONValue]>([])

        init(_ lines: [LineScanner.Line]) { self.lines = Mutex(lines.reversed()) }

        func next() -> LineScanner.Line? { lines.withLock { $0.popLast() } }
        func take(_ answer: JSONValue) { answers.withLock { $0.append(answer) } }
        var answered: [JSONValue] { answers.withLock { $0 } }
    }

    /// Answers with what it was asked; `hold` of them at once before the first is let go.
    actor Echo: RPCRunning {
        let hold: Int
        private(set) var order: [Int64] = []
        private(set) var most = 0
        private var running = 0
        private var held: [CheckedContinuation<Void, Never>] = []

        init(hold: Int = 1) { self.hold = hold }

        func run(
            _ call: CommandCall, enqueued: @escaping @Sendable () -> Void
        ) async throws -> CommandResult {
            running += 1
            most = max(most, running)
            defer { running -= 1 }
            if call.name == "friend.add" {
                throw ClientError.refused(code: "not_found", message: "nobody")
            }
            if call.name == "friend.list" { throw ClientError.offline("away") }
            if let number = call.arguments["text"]?.integer { order.append(number) }
            enqueued()
            if held.count + 1 < hold {
                await withCheckedContinuation { held.append($0) }
            } else {
                for continuation in held { continuation.resume() }
                held = []
            }
            return CommandResult(data: .object(call.arguments))
        }

        func placed(_ call: CommandCall) -> (call: CommandCall, chatroomID: Int64?) {
            (call, call.arguments["chat"]?.integer)
        }

        func subscribe(_ events: Set<RPCEvent>, after: [Int64: Int64]?) {}
    }

    private func run(_ lines: [String], _ runner: Echo = Echo()) async -> [JSONValue] {
        await run(lines.map { .text($0) }, runner)
    }

    private func run(_ lines: [LineScanner.Line], _ runner: Echo) async -> [JSONValue] {
        let program = Program(lines)
        await RPCSession(
            runner: runner, input: { program.next() }, output: { program.take($0) }
        ).run()
        return program.answered
    }

    @Test func answersWithTheID() async {
        let answers = await run([#"{"id":"a","method":"message.send","params":{"text":"x"}}"#])
        #expect(answers == [["id": "a", "result": ["text": "x"]]])
    }

    @Test(
        arguments: [
            ("nonsense", JSONValue.null, "bad_json"), ("7", .null, "bad_request"),
            (#"{"id":true,"method":"x"}"#, .null, "bad_request"),
            (#"{"id":7}"#, 7, "bad_request"),
            (#"{"id":7,"method":"quit","params":3}"#, 7, "bad_request"),
            (#"{"id":7,"method":"dance"}"#, 7, "unknown_method"),
            (#"{"id":7,"method":"friend.add"}"#, 7, "not_found"),
            (#"{"id":7,"method":"subscribe","params":{"events":[]}}"#, 7, "wrong_params"),
            (#"{"id":7,"method":"subscribe","params":{"after":"x"}}"#, 7, "wrong_params"),
        ] as [(String, JSONValue, String)])
    func refuses(line: String, id: JSONValue, code: String) async {
        let answers = await run([line, "", #"{"id":8,"method":"chat.list"}"#])
        #expect(answers.count == 2)
        let refusal = answers.first { $0["error"] != .null } ?? .null
        #expect(refusal["id"] == id)
        #expect(refusal["error"]["code"].text == code)
        #expect(refusal["error"]["definite"] == true)
        #expect(answers.contains { $0["id"] == 8 && $0["result"] == [:] })
    }

    @Test func offlineIsNotDefinite() async {
        let answers = await run([#"{"id":1,"method":"friend.list"}"#])
        #expect(answers[0]["error"]["definite"] == false)
    }

    @Test func aLineTooLongIsRefused() async {
        let answers = await run([.tooLong, .text(#"{"id":8,"method":"chat.list"}"#)], Echo())
        #expect(answers.contains { $0["error"]["code"] == "too_long" })
        #expect(answers.count == 2)
    }

    @Test func requestsRunSideBySideUpToTheLimit() async {
        let runner = Echo(hold: RPCSession.requestsMax)
        let lines = (0..<RPCSession.requestsMax * 2).map {
            #"{"id":\#($0),"method":"chat.list"}"#
        }
        let answers = await run(lines, runner)
        #expect(answers.count == lines.count)
        #expect(await runner.most <= RPCSession.requestsMax)
    }

    @Test func sendsOfAChatKeepTheirOrder() async {
        let runner = Echo(hold: 8)
        let lines = (0..<64).map {
            #"{"id":\#($0),"method":"message.send","params":{"chat":1,"text":\#($0)}}"#
        }
        let answers = await run(lines, runner)
        #expect(answers.count == 64)
        #expect(await runner.order == (0..<64).map { Int64($0) })
    }

    @Test func describesEveryCommand() async {
        let answers = await run([#"{"id":1,"method":"rpc.describe"}"#])
        let methods = answers[0]["result"]["methods"].items.compactMap { $0["name"].text }
        #expect(Set(methods).isSuperset(of: CommandTable.all.map(\.name)))
        #expect(answers[0]["result"]["v"] == 1)
    }
}
