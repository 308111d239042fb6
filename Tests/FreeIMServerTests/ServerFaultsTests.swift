import Testing

@testable import FreeIMServer

@Suite struct ServerFaultsTests {
    @Test func namesAndNumbersAreRead() throws {
        #expect(try !ServerFaults.parse("").isAny)
        let faults = try ServerFaults.parse("drop_push=1000,ack_early=1")
        #expect(faults.isAny)
        #expect(faults[.dropPush] == 1_000 && faults[.ackEarly] == 1 && faults[.leak] == 0)
        for kind in ServerFaults.Kind.allCases {
            #expect(try ServerFaults.parse("\(kind.rawValue)=7")[kind] == 7)
        }
    }

    @Test(arguments: ["drop_push", "drop_push=0", "drop_push=x", "drop_push=1=2", "=3", "drop=1"])
    func anythingElseIsRefused(text: String) {
        let error = #expect(throws: StoreError.self) { try ServerFaults.parse(text) }
        #expect(error?.description.contains("FREEIM_TEST_FAULTS") == true)
    }

    @Test func anUnknownNameIsToldTheKnownOnes() {
        let error = #expect(throws: StoreError.self) { try ServerFaults.parse("drop=1") }
        for kind in ServerFaults.Kind.allCases {
            #expect(error?.description.contains(kind.rawValue) == true)
        }
    }

    @Test func everyNthOccasionIsOne() throws {
        #expect(FaultDice(ServerFaults()) == nil)
        let dice = try #require(FaultDice(ServerFaults.parse("leak=3")))
        let falls = (1...7).map { _ in dice.falls(.leak) }
        #expect(falls == [nil, nil, 1, nil, nil, 2, nil])
        #expect(dice.falls(.forget) == nil)
    }
}
