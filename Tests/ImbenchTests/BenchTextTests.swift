import Testing

@testable import imbench

@Suite struct BenchTextTests {
    @Test func aTextNamesItsSendAndIsAsLongAsAsked() {
        for (send, bytes) in [(0, 24), (7, 200), (123_456, 2_048), (2_000_000_000, 60_000)] {
            let text = BenchText.text(of: Int32(send), bytes: bytes)
            #expect(text.utf8.count == bytes)
            #expect(BenchText.send(of: text) == Int32(send))
        }
    }

    @Test func anyChangedByteShows() {
        let text = Array(BenchText.text(of: 42, bytes: 120).utf8)
        for index in text.indices {
            var changed = text
            changed[index] = changed[index] == 120 ? 121 : 120
            let found = BenchText.send(of: String(decoding: changed, as: UTF8.self))
            #expect(found != 42, "byte \(index)")
        }
    }

    @Test func whatIsCutLongerEmptyOrForeignIsTold() {
        let text = BenchText.text(of: 42, bytes: 120)
        #expect(BenchText.send(of: "") == Observation.Delivered.empty)
        for wrong in [
            String(text.dropLast()), text + "x", "hello", "42", "42.120", ".120.", "4x.120.",
            "99999999999999999999.9.x", "42.120.",
        ] {
            #expect(BenchText.send(of: wrong) == Observation.Delivered.unreadable, "\(wrong)")
        }
    }
}
