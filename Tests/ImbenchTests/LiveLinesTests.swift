import Foundation
import Testing

@testable import imbench

@Suite struct LiveLinesTests {
    static func state() -> LiveState {
        var state = LiveState()
        state.scenario = "multi-device-crash"
        state.phase = "steady"
        state.phaseNumber = 3
        state.phaseCount = 5
        state.progress = 0.5
        state.phaseSeconds = 30
        state.seconds = 55
        state.devices = 1_700
        state.online = 1_700
        state.sent = 22_000
        state.acked = 21_990
        state.delivered = 55_000
        state.sentRate = 500
        state.ackedRate = 499.6
        state.deliveredRate = 1_250
        state.unanswered = 10
        state.ack = (1.31, 4.75, 12.3)
        state.deliver = (2.02, 7.05, 19)
        state.ackHistory = [1, 2, 3, 4, 5, 6, 7, 8]
        state.deliverHistory = [8, 4, 0]
        state.checked = 55_000
        state.serverCPU = 46.2
        state.serverRSS = 64_000_000
        state.serverFiles = 1_714
        state.generatorCPU = 38
        state.generatorRSS = 46_000_000
        state.lag = 0.34
        state.checkerLag = 0.02
        return state
    }

    private static func plain(
        _ state: LiveState, _ columns: Int, isUTF8: Bool = true
    ) -> [String] {
        LiveLines.lines(state, columns: columns, colours: false, isUTF8: isUTF8)
    }

    @Test func eightyColumns() {
        #expect(
            Self.plain(Self.state(), 80) == [
                "multi-device-crash  3/5 steady  ███████████████░░░░░░░░░░░░░░░ 50%  30 s  in all",
                "devices   1,700 of 1,700 on line   unanswered 10",
                "rates     sent 500/s  acked 500/s  delivered 1,250/s"
                    + "   22,000 / 21,990 / 55,000",
                "ack       p50 1.31 ms  p99 4.75 ms  max 12.3 ms  ▂▃▄▅▅▆▇█",
                "deliver   p50 2.02 ms  p99 7.05 ms  max 19.0 ms  █▅▁",
                "checks    0 violations   55,000 deliveries checked",
                "server    CPU 46 %  RSS 61 MiB  files 1,714",
                "imbench   CPU 38 %  RSS 43.9 MiB  lag 0.34 ms  checker behind 0.020 s",
            ])
    }

    @Test func fortyColumns() {
        #expect(
            Self.plain(Self.state(), 40) == [
                "multi-device-crash  3/5 steady 50%  30 s",
                "devices   1,700 of 1,700 on line   unans",
                "rates     sent 500/s  acked 500/s  deliv",
                "ack       p50 1.31 ms  p99 4.75 ms  max",
                "deliver   p50 2.02 ms  p99 7.05 ms  max",
                "checks    0 violations   55,000 deliveri",
                "server    CPU 46 %  RSS 61 MiB  files 1,",
                "imbench   CPU 38 %  RSS 43.9 MiB  lag 0.",
            ])
    }

    @Test func trouble() {
        var state = Self.state()
        state.checks = [.loss: 3, .dup: 1_200, .order: 0]
        state.lastFault = "kill9 at 82.0 s"
        state.lastViolation = "loss: send 1204\nnever reached \u{1b}[31mdevice 33"
        state.progress = nil
        state.ack = nil
        state.lag = 3
        state.online = 3
        let lines = Self.plain(state, 80)
        #expect(lines[0] == "multi-device-crash  3/5 steady  30 s  in all 55 s")
        #expect(lines[3] == "ack       –")
        #expect(lines[5] == "checks    loss 3  dup 1,200   55,000 deliveries checked")
        #expect(lines[8] == "fault     kill9 at 82.0 s")
        #expect(lines[9] == "violation loss: send 1204?never reached ?[31mdevice 33")
        #expect(lines.count <= LiveLines.linesMax)
        let coloured = LiveLines.lines(state, columns: 80, colours: true, isUTF8: true)
        #expect(coloured[5].contains("\u{1b}[1;31mloss 3  dup 1,200\u{1b}[0m"))
        #expect(coloured[7].contains("\u{1b}[33m3 ms\u{1b}[0m"))
        #expect(coloured[1].contains("\u{1b}[33m3\u{1b}[0m"))
    }

    @Test func asciiIsASCII() {
        var state = Self.state()
        state.ack = nil
        state.lastViolation = "loss: 消息"
        let lines = Self.plain(state, 80, isUTF8: false)
        #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
        #expect(lines[0].contains("###############--------------"))
        #expect(lines[4] == "deliver   p50 2.02 ms  p99 7.05 ms  max 19.0 ms  @+_")
    }

    @Test func noLineIsWiderThanTheTerminal() {
        var state = Self.state()
        state.lastViolation = String(repeating: "消息丢了", count: 40)
        state.ackHistory = (0..<60).map { Double($0) }
        for columns in [1, 2, 10, 39, 41, 60, 79, 120, 300] {
            for line in Self.plain(state, columns) {
                #expect(LiveLine.width(line) <= columns, "\(columns): \(line)")
            }
        }
    }

    @Test func barsAndSparklines() {
        #expect(LiveLines.bar(0, columns: 4, isUTF8: true) == "░░░░")
        #expect(LiveLines.bar(1, columns: 4, isUTF8: true) == "████")
        #expect(LiveLines.bar(0.3, columns: 4, isUTF8: true) == "█▎░░")
        #expect(LiveLines.bar(.nan, columns: 4, isUTF8: true) == "░░░░")
        #expect(LiveLines.bar(7, columns: 4, isUTF8: false) == "####")
        #expect(LiveLines.sparkline([0, 0], columns: 9, isUTF8: true) == "▁▁")
        #expect(LiveLines.sparkline([], columns: 9, isUTF8: true) == "")
        let many = (1...90).map(Double.init)
        #expect(LiveLines.sparkline(many, columns: 200, isUTF8: true).count == 60)
        #expect(LiveLines.sparkline([1, 2, 4], columns: 2, isUTF8: true) == "▅█")
    }

    @Test func theLogLineSaysTheSame() {
        var state = Self.state()
        #expect(
            LiveLines.line(state)
                == "55 s · steady (3/5) · on line 1,700/1,700 · sent 500/s acked 500/s"
                + " delivered 1,250/s · ack p99 4.75 ms · deliver p99 7.05 ms"
                + " · 55,000 checked, 0 violations")
        state.checks = [.loss: 1]
        state.lag = 4
        #expect(LiveLines.line(state).hasSuffix("VIOLATIONS loss 1 · LAG 4 ms"))
    }

    @Test func theBlockIsWrittenOverInPlace() {
        var block = LiveBlock()
        let first = block.draw(["a", "b"], columns: 9)
        #expect(first == "\u{1b}[?25la\u{1b}[K\nb\u{1b}[K\n\u{1b}[J")
        let second = block.draw(["c"], columns: 9)
        #expect(second == "\r\u{1b}[2Ac\u{1b}[K\n\u{1b}[J")
        let note = block.note("said", lines: ["c"], columns: 9)
        #expect(note == "\r\u{1b}[1A\u{1b}[Jsaid\nc\u{1b}[K\n\u{1b}[J")
        let wide = block.draw(["\u{1b}[31m123456789\u{1b}[0m", ""], columns: 9)
        #expect(wide.hasPrefix("\r\u{1b}[1A"))
        let narrower = block.draw(["c"], columns: 4)
        #expect(narrower.hasPrefix("\r\u{1b}[4A"), "three rows and one")
        let end = block.end()
        #expect(end == "\u{1b}[?25h")
        let again = block.end()
        #expect(again == "")
    }
}
