import Testing

@testable import imtui

@Suite struct LineScannerTests {
    private func lines(_ pieces: [[UInt8]], most: Int) -> [LineScanner.Line] {
        var scanner = LineScanner(lineBytesMax: most)
        var lines: [LineScanner.Line] = []
        for piece in pieces {
            scanner.append(piece)
            while let line = scanner.next() { lines.append(line) }
        }
        scanner.finish()
        while let line = scanner.next() { lines.append(line) }
        return lines
    }

    @Test(arguments: 1...12) func cutsAnywhere(size: Int) {
        let bytes = Array("one\r\n\n二\nlast".utf8)
        let pieces = stride(from: 0, to: bytes.count, by: size).map {
            Array(bytes[$0..<min($0 + size, bytes.count)])
        }
        #expect(
            lines(pieces, most: 64) == [.text("one"), .text(""), .text("二"), .text("last")])
    }

    @Test func passesOverWhatIsTooLong() {
        let long = [UInt8](repeating: 0x78, count: 5)
        #expect(lines([long, [0x0a], Array("xxxx\n".utf8)], most: 4) == [.tooLong, .text("xxxx")])
        #expect(lines([long, long, long], most: 4) == [.tooLong])
        #expect(lines([], most: 4) == [])
    }

    @Test func mendsWhatIsNotUTF8() {
        #expect(lines([[0xff, 0x0a]], most: 4) == [.text("\u{fffd}")])
    }
}
