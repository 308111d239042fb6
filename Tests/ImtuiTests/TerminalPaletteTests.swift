import Testing

@testable import imtui

@Suite struct TerminalPaletteTests {
    static let inks: [Style.Ink] =
        [.quiet, .accent, .good, .warning, .link]
        + (0..<Style.personCount).map { .person($0) }

    @Test(arguments: TerminalTraits.Background.allCases)
    func everyInkIsLegible(background: TerminalTraits.Background) throws {
        let papers = try [Style.Paper.chosen, .mention].map {
            try #require(TerminalPalette.paper($0, background))
        }
        let behind =
            TerminalPalette.backgrounds(background)
            + papers.map { TerminalPalette.rgb($0.paper) }
        for ink in Self.inks {
            let colour = TerminalPalette.rgb(try #require(TerminalPalette.ink(ink, background)))
            for paper in behind {
                let contrast = TerminalPalette.contrast(colour, paper)
                #expect(
                    contrast >= TerminalPalette.contrastMin,
                    "\(ink) on \(String(paper, radix: 16)): \(contrast)")
            }
        }
        for paper in papers {
            let contrast = TerminalPalette.contrast(
                TerminalPalette.rgb(paper.ink), TerminalPalette.rgb(paper.paper))
            #expect(contrast >= 7)
        }
    }

    @Test(arguments: TerminalTraits.Background.allCases)
    func peopleDiffer(background: TerminalTraits.Background) {
        let colours = (0..<Style.personCount).map { TerminalPalette.person($0, background) }
        #expect(Set(colours).count == Style.personCount)
        #expect(TerminalPalette.person(-1, background) == colours.last)
    }

    @Test func contrastIsThatOfTheStandard() {
        #expect(abs(TerminalPalette.contrast(0xffffff, 0) - 21) < 0.001)
        #expect(abs(TerminalPalette.contrast(0x767676, 0xffffff) - 4.54) < 0.01)
    }

    @Test func nearestColours() {
        #expect(TerminalPalette.nearest(0x5f87af) == 67)
        #expect(TerminalPalette.nearest(0x000000) == 16)
        #expect(TerminalPalette.nearest(0xffffff) == 231)
        #expect(TerminalPalette.nearest(0x808080) == 244)
        for number in 16...255 {
            let colour = TerminalPalette.rgb(number)
            #expect(TerminalPalette.rgb(TerminalPalette.nearest(colour)) == colour)
        }
    }
}
