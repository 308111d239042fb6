/// The questions that a terminal is asked after the first drawing, and what its answers mean; a
/// pure machine. The last question is one that every terminal answers, so its answer ends the
/// rest; for one that answers nothing the shell calls `deadline()` after `deadlineMs`.
struct TerminalProbe: Sendable {
    static let deadlineMs = 1_000

    /// Clusters whose columns are measured, in the order of the questions.
    private static let measured = ["👩‍👧", "❤️", "🇩🇪", "─"]

    /// What is known by now.
    private(set) var traits: TerminalTraits
    private(set) var isDone = false
    /// The row that the widths are measured in, the last one; drawn again at once.
    let row: Int
    private var widths: [Int] = []
    private let measures: Bool

    /// - Parameter traits: what the environment says.
    init(traits: TerminalTraits, rows: Int, columns: Int = 80) {
        self.traits = traits
        row = max(rows - 1, 0)
        // In the first row an answer could be taken for F3.
        measures = traits.isUTF8 && rows > 1 && columns >= 10
    }

    /// The bytes that ask.
    ///
    /// - Parameter restoring: what draws `row` as it was and puts the cursor back.
    func questions(restoring: [UInt8]) -> [UInt8] {
        var text = "\u{1b}]11;?\u{1b}\\\u{1b}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1b}\\"
        if measures {
            text += "\u{1b}[?2026h\u{1b}[?25l\u{1b}[0;8m"
            for cluster in Self.measured {
                text += "\u{1b}[\(row + 1);1H\(cluster)\u{1b}[6n"
            }
            text += "\u{1b}[0m"
        }
        var bytes = Array(text.utf8)
        if measures {
            bytes += restoring
            bytes += Array("\u{1b}[?2026l".utf8)
        }
        return bytes + Array("\u{1b}[c".utf8)
    }

    /// Takes an answer; whether the traits changed by it.
    mutating func take(_ reply: TerminalReply) -> Bool {
        let before = traits
        if isDone {
            // A background may be told late, or again when the person changes it.
            if case .background = reply {} else { return false }
        }
        switch reply {
        case .background(let red, let green, let blue):
            let colour = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
            // Where black and white are equally far in contrast.
            traits.background = TerminalPalette.luminance(colour) > 0.179 ? .light : .dark
        case .kittyGraphics(let works): traits.hasKittyGraphics = works
        case .cursor(let row, let column):
            if measures, row == self.row + 1, widths.count < Self.measured.count {
                widths.append(column - 1)
            }
        case .attributes(let numbers):
            traits.hasSixel = numbers.dropFirst().contains(4)
            conclude()
        case .mode: break
        }
        return traits != before
    }

    /// The terminal had its time: what did not come counts as the environment has it.
    mutating func deadline() {
        isDone = true
    }

    private mutating func conclude() {
        isDone = true
        guard widths.count == Self.measured.count else { return }
        traits.joinsEmoji = widths[0] == 2
        traits.widensVS16 = widths[1] == 2
        traits.joinsFlags = widths[2] == 2
        traits.ambiguousIsWide = widths[3] == 2
    }
}
