import FreeIMProtocol
import NIOConcurrencyHelpers
import Testing

@testable import FreeIMServer

@Suite struct VerificationCodesTests {
    private let fixture = StoreFixture()
    private let now = NIOLockedValueBox<Int64>(1_700_000_000_000)
    private let codes: VerificationCodes
    private let phone: PhoneNumber

    init() throws {
        let limits = VerificationCodes.Limits(seconds: 300, triesMax: 3, perHour: 2, perDay: 3)
        codes = VerificationCodes(limits: limits, key: "a key")
        phone = try PhoneNumber("+8613800138000")
    }

    private func open() throws -> Store {
        let now = now
        return try fixture.open(clock: { now.withLockedValue { $0 } })
    }

    private func pass(seconds: Int64) {
        now.withLockedValue { $0 += seconds * 1_000 }
    }

    private func issue(_ store: Store, _ code: String) async throws {
        let (codes, phone) = (codes, phone)
        try await store.write { try codes.issue($0, code, to: phone, for: .login) }
    }

    private func use(
        _ store: Store, _ code: String, _ purpose: VerificationPurpose = .login
    ) async throws -> Bool {
        let (codes, phone) = (codes, phone)
        return try await store.write { try codes.use($0, code, of: phone, for: purpose) }
    }

    @Test func codesAreSixDigits() {
        var seen: Set<String> = []
        for _ in 0..<100 {
            let code = VerificationCodes.make()
            #expect(code.utf8.count == 6 && code.utf8.allSatisfy { (48...57).contains($0) })
            seen.insert(code)
        }
        #expect(seen.count > 90)
    }

    @Test func goodOnceAndForItsPurpose() async throws {
        let store = try open()
        try await issue(store, "123456")
        #expect(try await !use(store, "123456", .delete))
        #expect(try await use(store, "123456"))
        #expect(try await !use(store, "123456"))
        await store.close()
    }

    @Test func triesAreBounded() async throws {
        let store = try open()
        try await issue(store, "123456")
        for _ in 0..<2 { #expect(try await !use(store, "000000")) }
        #expect(try await use(store, "123456"))
        try await issue(store, "654321")
        for _ in 0..<3 { #expect(try await !use(store, "000000")) }
        #expect(try await !use(store, "654321"))
        await store.close()
    }

    @Test func itsTimeIsBounded() async throws {
        let store = try open()
        try await issue(store, "123456")
        pass(seconds: 299)
        #expect(try await !use(store, "000000"))
        pass(seconds: 1)
        #expect(try await !use(store, "123456"))
        await store.close()
    }

    @Test func sendsAreBoundedByHourAndDay() async throws {
        let store = try open()
        for _ in 0..<2 { try await issue(store, "123456") }
        let refusal = await #expect(throws: Refusal.self) { try await issue(store, "123456") }
        #expect(refusal?.code == .rateLimited)
        #expect(refusal?.retryAfterMs == 3_600_000)
        pass(seconds: 3_601)
        try await issue(store, "123456")
        pass(seconds: 3_601)
        await #expect(throws: Refusal.self) { try await issue(store, "123456") }
        pass(seconds: 86_400)
        try await issue(store, "123456")
        await store.close()
    }

    @Test func whatDidNotGetOutIsNotCounted() async throws {
        let store = try open()
        let (codes, phone) = (codes, phone)
        for _ in 0..<5 {
            try await issue(store, "123456")
            try await store.write {
                try codes.withdraw($0, "123456", to: phone, for: .login, mayHaveArrived: false)
            }
        }
        #expect(try await !use(store, "123456"))
        try await issue(store, "111111")
        try await store.write {
            try codes.withdraw($0, "222222", to: phone, for: .login, mayHaveArrived: true)
        }
        #expect(try await use(store, "111111"), "another's code stays")
        await store.close()
    }
}
