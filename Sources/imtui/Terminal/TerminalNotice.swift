/// Bytes that ask the terminal for more than drawing: the clipboard, a notice, the bell.
enum TerminalNotice {
    /// Bytes of a text that is copied; terminals take about 100,000 of base64.
    static let copyBytesMax = 74_000
    /// Characters of a notice's title and of its text.
    static let noticeCharactersMax = 200

    static let bell: [UInt8] = [0x07]

    /// Puts a text into the clipboard (OSC 52); nil: it is too long for that.
    static func copy(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= copyBytesMax else { return nil }
        return Array("\u{1b}]52;c;".utf8) + Base64.encoded(Array(text.utf8)) + [0x1b, 0x5c]
    }

    /// Tells the desktop (OSC 9 or OSC 777), the text cut short and made safe.
    static func notice(
        title: String, text: String, _ way: TerminalTraits.Notice
    ) -> [UInt8] {
        let title = safe(title)
        let text = safe(text)
        switch way {
        case .osc9:
            // A number at the beginning would be one of ConEmu's commands.
            let isNumber = title.unicodeScalars.first?.properties.numericType != nil
            return Array("\u{1b}]9;\(isNumber ? " " : "")\(title): \(text)\u{1b}\\".utf8)
        case .osc777:
            // Semicolons part the fields.
            let field = String(title.map { $0 == ";" ? "," : $0 })
            return Array("\u{1b}]777;notify;\(field);\(text)\u{1b}\\".utf8)
        }
    }

    private static func safe(_ text: String) -> String {
        String(SafeText.escaped(String(text.prefix(noticeCharactersMax))))
    }
}
