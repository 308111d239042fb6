import Foundation
import Testing

@testable import imtui

@Suite struct TerminalProbeTests {
    private static func answered(_ widths: [Int], _ replies: [TerminalReply]) -> TerminalProbe {
        var probe = TerminalProbe(traits: TerminalTraits(), rows: 24)
        for reply in replies { _ = probe.take(reply) }
        for width in widths { _ = probe.take(.cursor(row: 24, column: width + 1)) }
        _ = probe.take(.attributes([62, 4]))
        return probe
    }

    @Test func answersBecomeTraits() {
        let probe = Self.answered(
            [2, 2, 2, 1],
            [.background(red: 253, green: 246, blue: 227), .kittyGraphics(true)])
        #expect(probe.isDone)
        #expect(probe.traits.background == .light)
        #expect(probe.traits.joinsEmoji && probe.traits.widensVS16 && probe.traits.joinsFlags)
        #expect(!probe.traits.ambiguousIsWide)
        #expect(probe.traits.hasSixel && probe.traits.hasKittyGraphics)
        let other = Self.answered([4, 1, 4, 2], [.background(red: 30, green: 30, blue: 30)])
        #expect(other.traits.background == .dark)
        #expect(!other.traits.joinsEmoji && !other.traits.widensVS16 && !other.traits.joinsFlags)
        #expect(other.traits.ambiguousIsWide && !other.traits.hasKittyGraphics)
    }

    @Test func whatIsMissingStaysAsItWas() {
        var traits = TerminalTraits()
        traits.joinsEmoji = true
        var probe = TerminalProbe(traits: traits, rows: 24)
        _ = probe.take(.cursor(row: 24, column: 5))
        _ = probe.take(.cursor(row: 7, column: 5))
        _ = probe.take(.attributes([1]))
        #expect(probe.isDone && probe.traits == traits)
        var silent = TerminalProbe(traits: traits, rows: 24)
        silent.deadline()
        #expect(silent.isDone && silent.traits == traits)
        let isTaken = silent.take(.kittyGraphics(true))
        #expect(!isTaken)
    }

    @Test func aLateBackgroundCounts() {
        var probe = TerminalProbe(traits: TerminalTraits(), rows: 24)
        probe.deadline()
        let changed = probe.take(.background(red: 255, green: 255, blue: 255))
        #expect(changed && probe.traits.background == .light)
    }

    @Test func questionsEndWithTheOneThatAllAnswer() {
        let probe = TerminalProbe(traits: TerminalTraits(), rows: 24)
        let text = String(decoding: probe.questions(restoring: [0x21]), as: UTF8.self)
        #expect(text.hasSuffix("!\u{1b}[?2026l\u{1b}[c"))
        #expect(text.contains("\u{1b}[24;1H"))
        #expect(text.components(separatedBy: "\u{1b}[6n").count == 5)
        let low = TerminalProbe(traits: TerminalTraits(), rows: 1)
        let few = String(decoding: low.questions(restoring: [0x21]), as: UTF8.self)
        #expect(!few.contains("[6n") && !few.contains("!"))
    }

    @Test func theEnvironmentIsRead() {
        func traits(_ environment: [String: String], _ colours: Int = 256) -> TerminalTraits {
            TerminalTraits(environment: environment, colourCount: colours, isUTF8: true)
        }
        #expect(traits(["TERM": "xterm"], 8).colours == .sixteen)
        #expect(traits(["TERM": "vt100"], -1).colours == .none)
        #expect(traits(["TERM": "xterm-256color"]).colours == .many)
        #expect(traits(["TERM": "xterm", "COLORTERM": "truecolor"], 8).colours == .every)
        #expect(traits(["TERM": "x", "COLORTERM": "truecolor", "NO_COLOR": "1"]).colours == .none)
        #expect(traits(["TERM": "x", "NO_COLOR": ""]).colours == .many)
        #expect(traits(["COLORFGBG": "0;15"]).background == .light)
        #expect(traits(["COLORFGBG": "15;default;0"]).background == .dark)
        #expect(!traits(["TERM": "linux"]).hasLinks)
        #expect(traits(["TERM": "xterm-kitty"]).joinsEmoji)
        #expect(!traits(["TERM": "xterm-256color"]).joinsEmoji)
    }
}
