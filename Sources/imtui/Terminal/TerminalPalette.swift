import Foundation

/// The colours for inks and papers: numbers of the 256, which every terminal draws alike from 16
/// on, chosen for a contrast of at least `contrastMin` on the backgrounds below.
enum TerminalPalette {
    /// The least contrast of text and what lies behind it (WCAG 2, AA for text).
    static let contrastMin = 4.5

    /// Backgrounds that terminals have, 0xRRGGBB: black, two greys, a blue; white and two creams.
    static func backgrounds(_ background: TerminalTraits.Background) -> [UInt32] {
        switch background {
        case .dark: [0x000000, 0x1e1e1e, 0x282c34, 0x002b36]
        case .light: [0xffffff, 0xfdf6e3, 0xf0f0f0]
        }
    }

    static func person(_ number: Int, _ background: TerminalTraits.Background) -> Int {
        let place =
            ((number % Style.personCount) + Style.personCount) % Style.personCount
        return background == .dark ? darkPersons[place] : lightPersons[place]
    }

    private static let darkPersons = [38, 214, 105, 46, 207, 173, 49, 218, 70, 226, 202, 229]
    private static let lightPersons = [25, 160, 22, 126, 94, 128, 23, 161, 27, 52, 21, 18]

    /// An ink's colour; nil: the terminal's own, or a picture's.
    static func ink(_ ink: Style.Ink, _ background: TerminalTraits.Background) -> Int? {
        let isDark = background == .dark
        return switch ink {
        case .plain, .rgb: nil
        case .quiet: isDark ? 247 : 241
        case .accent: isDark ? 44 : 24
        case .good: isDark ? 77 : 22
        case .warning: isDark ? 221 : 94
        case .link: isDark ? 111 : 19
        case .person(let number): person(number, background)
        }
    }

    /// A paper's colour and that of plain ink on it; nil: the terminal's own, or a picture's.
    static func paper(
        _ paper: Style.Paper, _ background: TerminalTraits.Background
    ) -> (paper: Int, ink: Int)? {
        let isDark = background == .dark
        return switch paper {
        case .plain, .rgb: nil
        case .chosen: isDark ? (17, 255) : (195, 232)
        case .mention: isDark ? (52, 255) : (228, 232)
        }
    }

    // MARK: Colour by number and number by colour

    private static let steps: [UInt32] = [0, 95, 135, 175, 215, 255]

    /// 0xRRGGBB of a number from 16 to 255.
    static func rgb(_ number: Int) -> UInt32 {
        if number >= 232 {
            let grey = UInt32(8 + 10 * (number - 232))
            return grey << 16 | grey << 8 | grey
        }
        let place = max(number - 16, 0)
        return steps[place / 36] << 16 | steps[place / 6 % 6] << 8 | steps[place % 6]
    }

    /// The number of the 256 that is nearest to a colour.
    static func nearest(_ rgb: UInt32) -> Int {
        let parts = [rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255].map(Int.init)
        let places = parts.map { $0 < 48 ? 0 : $0 < 115 ? 1 : ($0 - 35) / 40 }
        let cube = 16 + 36 * places[0] + 6 * places[1] + places[2]
        let mean = parts.reduce(0, +) / 3
        let grey = mean > 238 ? 231 : 232 + max(0, (mean - 3) / 10)
        return distance(rgb, Self.rgb(grey)) < distance(rgb, Self.rgb(cube)) ? grey : cube
    }

    private static func distance(_ one: UInt32, _ other: UInt32) -> Int {
        var sum = 0
        for shift: UInt32 in [16, 8, 0] {
            let difference = Int(one >> shift & 255) - Int(other >> shift & 255)
            sum += difference * difference
        }
        return sum
    }

    // MARK: Contrast

    /// Relative luminance by WCAG 2, 0 … 1.
    static func luminance(_ rgb: UInt32) -> Double {
        func linear(_ part: UInt32) -> Double {
            let value = Double(part & 255) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb)
    }

    /// Contrast by WCAG 2, 1 … 21.
    static func contrast(_ one: UInt32, _ other: UInt32) -> Double {
        let (a, b) = (luminance(one), luminance(other))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }
}
