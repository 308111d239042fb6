import Testing

@testable import FreeIMServer

@Suite struct ByteRangeTests {
    @Test(arguments: [
        ("bytes=0-0", ByteRange.part(first: 0, last: 0)), ("bytes=2-5", .part(first: 2, last: 5)),
        ("bytes=9-", .part(first: 9, last: 9)), ("bytes=0-99", .part(first: 0, last: 9)),
        ("bytes=-3", .part(first: 7, last: 9)), ("bytes=-99", .part(first: 0, last: 9)),
        ("Bytes= 1-2 ", .part(first: 1, last: 2)), ("bytes=10-", .unsatisfiable),
        ("bytes=10-20", .unsatisfiable), ("bytes=-0", .unsatisfiable),
        ("bytes=99999999999999999999-", .unsatisfiable),
        ("bytes=0-99999999999999999999", .part(first: 0, last: 9)),
    ])
    func oneRange(header: String, range: ByteRange) {
        #expect(ByteRange(header, size: 10) == range)
    }

    @Test(arguments: [
        "", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=1-2,4-5", "bytes=+1-2",
        "items=0-1", "bytes=1 - 2", "bytes=1-2-3", "bytes=١-٢",
    ])
    func anythingElseIsTheWhole(header: String) {
        #expect(ByteRange(header, size: 10) == .whole)
    }

    @Test func anEmptyFile() {
        #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-1", size: 0) == .unsatisfiable)
    }

    /// Whatever is asked: what is served lies within the file.
    @Test func alwaysWithinTheFile() {
        for size in 0..<5 {
            for first in ["", "0", "1", "4", "7"] {
                for last in ["", "0", "3", "9"] {
                    if case .part(let from, let to) = ByteRange(
                        "bytes=\(first)-\(last)", size: size)
                    {
                        #expect(0 <= from && from <= to && to < size)
                    }
                }
            }
        }
    }
}
