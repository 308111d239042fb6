/// What a terminal can do and how it draws what is in doubt; a pure value.
///
/// Made from the environment at first, with the careful answer where that says nothing, and made
/// better by `TerminalProbe` once the terminal has answered.
struct TerminalTraits: Equatable, Sendable {
    /// Which colours there are.
    enum Colours: Sendable {
        case none, sixteen, many
        /// Any colour by its red, green and blue.
        case every
    }

    enum Background: Sendable, CaseIterable {
        case dark, light
    }

    /// Which sequence tells the desktop of something.
    enum Notice: Sendable {
        case osc9, osc777
    }

    var colours = Colours.none
    var background = Background.dark
    /// Draws emoji joined by U+200D, and those with a skin tone, as one picture of two columns.
    var joinsEmoji = false
    /// Gives two columns to a narrow emoji with U+FE0F behind it.
    var widensVS16 = false
    /// Draws two regional indicators as one flag of two columns.
    var joinsFlags = false
    /// Gives two columns to characters of East Asian width "ambiguous", such as box lines.
    var ambiguousIsWide = false
    var hasSixel = false
    var hasKittyGraphics = false
    /// Takes OSC 8; others are not sent it.
    var hasLinks = true
    /// False: nothing but ASCII is sent.
    var isUTF8 = true
    var notice = Notice.osc777
    /// A cell's size in pixels, for sixel pictures.
    var cellWidth = 10
    var cellHeight = 20

    init() {}

    /// What the environment says: TERM, COLORTERM, COLORFGBG, NO_COLOR, TERM_PROGRAM.
    ///
    /// - Parameter colourCount: terminfo's number of colours.
    init(environment: [String: String], colourCount: Int, isUTF8: Bool) {
        let term = environment["TERM"] ?? ""
        let program = environment["TERM_PROGRAM"] ?? ""
        self.isUTF8 = isUTF8
        colours = colourCount >= 256 ? .many : colourCount >= 8 ? .sixteen : .none
        let colourTerm = environment["COLORTERM"] ?? ""
        if colourTerm == "truecolor" || colourTerm == "24bit" || term.hasSuffix("-direct") {
            colours = .every
        }
        if !(environment["NO_COLOR"] ?? "").isEmpty { colours = .none }
        // `15;0`: the last part is the background, by its number among the sixteen.
        if let last = environment["COLORFGBG"]?.split(separator: ";").last,
            let number = Int(last)
        {
            background = number == 7 || number > 8 ? .light : .dark
        }
        hasLinks = !["linux", "vt", "cons", "sun"].contains { term.hasPrefix($0) }
        let joining = ["xterm-kitty", "foot", "xterm-ghostty", "wezterm"]
        if joining.contains(where: { term.hasPrefix($0) })
            || ["WezTerm", "iTerm.app", "ghostty"].contains(program)
        {
            joinsEmoji = true
            widensVS16 = true
            joinsFlags = true
        }
        if term.hasPrefix("xterm-kitty") || ["WezTerm", "iTerm.app"].contains(program) {
            notice = .osc9
        }
    }
}
