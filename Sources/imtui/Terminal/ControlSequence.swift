/// A whole CSI sequence from a terminal, taken apart.
struct ControlSequence {
    /// A parameter beyond it counts as this.
    private static let parameterMax = 0x11_0000

    /// `?`, `<`, `=` or `>`; 0: none.
    private var mark: UInt8 = 0
    /// The parameters with what colons part; one that was left out is 0.
    private var parameters: [[Int]] = [[0]]
    private var hasParameters = false
    private var middle: [UInt8] = []
    private var last: UInt8 = 0

    /// - Parameter bytes: what stands behind `ESC [`, the last byte with it.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard let last = bytes.last else { return nil }
        self.last = last
        var rest = bytes.dropLast()
        if let first = rest.first, (0x3c...0x3f).contains(first) {
            mark = first
            rest = rest.dropFirst()
        }
        for byte in rest {
            switch byte {
            case 0x30...0x39:
                hasParameters = true
                let at = parameters.count - 1
                let part = parameters[at].count - 1
                let value = parameters[at][part] * 10 + Int(byte - 0x30)
                parameters[at][part] = min(value, Self.parameterMax)
            case UInt8(ascii: ":"): parameters[parameters.count - 1].append(0)
            case UInt8(ascii: ";"):
                hasParameters = true
                parameters.append([0])
            case 0x20...0x2f: middle.append(byte)
            default: return nil
            }
        }
    }

    var isPasteBegin: Bool {
        mark == 0 && last == UInt8(ascii: "~") && parameters == [[200]]
    }

    private func parameter(_ index: Int) -> Int {
        index < parameters.count ? parameters[index][0] : 0
    }

    private var letter: Character { Character(Unicode.Scalar(last)) }

    /// What it says; nil: nothing that is known here.
    var event: InputEvent? {
        switch mark {
        case 0: return plain
        case UInt8(ascii: "<"):
            guard parameters.count == 3, letter == "M" || letter == "m" else { return nil }
            return Self.mouse(
                parameter(0), parameter(1), parameter(2), isRelease: letter == "m")
        case UInt8(ascii: "?"):
            switch (letter, middle) {
            case ("c", []): return .reply(.attributes(parameters.map { $0[0] }))
            case ("R", []): return .reply(.cursor(row: parameter(0), column: parameter(1)))
            case ("y", [UInt8(ascii: "$")]):
                return .reply(.mode(parameter(0), state: parameter(1)))
            default: return nil
            }
        default: return nil
        }
    }

    private var plain: InputEvent? {
        guard middle.isEmpty else { return nil }
        switch letter {
        case "R" where parameters.count == 2:
            // F3 with a modifier looks like a cursor in the first row; no question is asked there.
            let isKey = parameter(0) <= 1 && (2...16).contains(parameter(1))
            if !isKey { return .reply(.cursor(row: parameter(0), column: parameter(1))) }
            return key(.function(3))
        case "I" where !hasParameters: return .focus(true)
        case "O" where !hasParameters: return .focus(false)
        case "u": return unicodeKey(parameters[0], modifier: 1)
        case "~" where parameter(0) == 27 && parameters.count == 3:
            return unicodeKey([parameter(2)], modifier: 1)
        case "~": return Self.numbered(parameter(0)).flatMap { key($0) }
        case "$": return rxvtKey(.shift)
        case "^": return rxvtKey(.control)
        case "@": return rxvtKey([.control, .shift])
        case "Z": return .key(Key(.tab, .shift))
        case "a", "b", "c", "d":
            guard let code = Self.lettered(UInt8(last - 0x20)) else { return nil }
            return .key(Key(code, .shift))
        default: return Self.lettered(last).flatMap { key($0) }
        }
    }

    private func rxvtKey(_ modifiers: Key.Modifiers) -> InputEvent? {
        Self.numbered(parameter(0)).map { .key(Key($0, modifiers)) }
    }

    /// A key with the modifiers of the second parameter; nil for one that was let go.
    private func key(_ code: Key.Code) -> InputEvent? {
        isRelease(1) ? nil : .key(Key(code, Self.modifiers(parameter(1))))
    }

    private func isRelease(_ index: Int) -> Bool {
        index < parameters.count && parameters[index].count > 1 && parameters[index][1] == 3
    }

    static func modifiers(_ parameter: Int) -> Key.Modifiers {
        let bits = max(parameter, 1) - 1
        var modifiers: Key.Modifiers = []
        if bits & 1 != 0 { modifiers.insert(.shift) }
        // 2 is Alt, 32 is what kitty calls Meta.
        if bits & 0b10_0010 != 0 { modifiers.insert(.alt) }
        if bits & 4 != 0 { modifiers.insert(.control) }
        return modifiers
    }

    private static func lettered(_ letter: UInt8) -> Key.Code? {
        switch letter {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "P"): .function(1)
        case UInt8(ascii: "Q"): .function(2)
        case UInt8(ascii: "R"): .function(3)
        case UInt8(ascii: "S"): .function(4)
        default: nil
        }
    }

    private static func numbered(_ number: Int) -> Key.Code? {
        switch number {
        case 1, 7: .home
        case 2: .insert
        case 3: .delete
        case 4, 8: .end
        case 5: .pageUp
        case 6: .pageDown
        case 11...15: .function(number - 10)
        case 17...21: .function(number - 11)
        case 23...26: .function(number - 12)
        case 28, 29: .function(number - 13)
        case 31...34: .function(number - 14)
        default: nil
        }
    }

    // MARK: Keys by their character (kitty's CSI u, xterm's modifyOtherKeys)

    private func unicodeKey(_ codes: [Int], modifier index: Int) -> InputEvent? {
        if isRelease(index) { return nil }
        var modifiers = Self.modifiers(parameter(index))
        if let code = Self.functional(codes[0]) { return .key(Key(code, modifiers)) }
        guard let value = UInt32(exactly: codes[0]), let scalar = Unicode.Scalar(value),
            value >= 0x20, !(0x7f..<0xa0).contains(value), !(0xe000...0xf8ff).contains(value)
        else { return nil }
        if modifiers.contains(.control) {
            // Ctrl-/ and Ctrl-_ have always been one key.
            let named: Unicode.Scalar = scalar == "/" ? "_" : scalar
            let lower = String(Character(named)).lowercased()
            return .key(Key(.character(Character(lower)), modifiers))
        }
        if modifiers.contains(.shift) {
            modifiers.remove(.shift)
            let shifted = codes.count > 1 ? codes[1] : 0
            if shifted > 0x20, let other = UInt32(exactly: shifted).flatMap(Unicode.Scalar.init) {
                return .key(Key(.character(Character(other)), modifiers))
            }
            let upper = String(Character(scalar)).uppercased()
            if upper.count == 1 { return .key(Key(.character(Character(upper)), modifiers)) }
        }
        return .key(Key(.character(Character(scalar)), modifiers))
    }

    private static func functional(_ code: Int) -> Key.Code? {
        switch code {
        case 13, 57_414: .enter
        case 9: .tab
        case 27: .escape
        case 8, 127: .backspace
        case 57_376...57_398: .function(code - 57_363)
        case 57_399...57_408: .character(Character(Unicode.Scalar(UInt8(code - 57_399 + 0x30))))
        case 57_409: .character(".")
        case 57_410: .character("/")
        case 57_411: .character("*")
        case 57_412: .character("-")
        case 57_413: .character("+")
        case 57_415: .character("=")
        case 57_417: .left
        case 57_418: .right
        case 57_419: .up
        case 57_420: .down
        case 57_421: .pageUp
        case 57_422: .pageDown
        case 57_423: .home
        case 57_424: .end
        case 57_425: .insert
        case 57_426: .delete
        default: nil
        }
    }

    // MARK: SS3

    /// The key of what stands behind `ESC O`; a number before the letter has the modifiers.
    static func keypad(_ bytes: ArraySlice<UInt8>) -> Key? {
        guard let last = bytes.last, let sequence = ControlSequence(bytes) else { return nil }
        let modifiers = modifiers(sequence.parameters.last?.first ?? 0)
        if let code = lettered(last) { return Key(code, modifiers) }
        switch last {
        case UInt8(ascii: "a")...UInt8(ascii: "d"):
            return lettered(last - 0x20).map { Key($0, .control) }
        case UInt8(ascii: "M"): return Key(.enter, modifiers)
        case UInt8(ascii: "I"): return Key(.tab, modifiers)
        case UInt8(ascii: "X"): return Key(.character("="), modifiers)
        case UInt8(ascii: "j")...UInt8(ascii: "y"):
            return Key(.character(Character(Unicode.Scalar(last - 0x40))), modifiers)
        default: return nil
        }
    }

    // MARK: Mouse

    /// A report's button and place (from 1); nil for a move without a button.
    static func mouse(_ button: Int, _ x: Int, _ y: Int, isRelease: Bool) -> InputEvent? {
        guard x >= 1, y >= 1, button >= 0 else { return nil }
        var modifiers: Key.Modifiers = []
        if button & 4 != 0 { modifiers.insert(.shift) }
        if button & 8 != 0 { modifiers.insert(.alt) }
        if button & 16 != 0 { modifiers.insert(.control) }
        let number = button & 3
        let kind: MouseEvent.Kind
        switch (button & 64 != 0, button & 32 != 0) {
        case (true, _):
            guard number < 2 else { return nil }
            kind = number == 0 ? .wheelUp : .wheelDown
        case (false, true):
            guard number < 3 else { return nil }
            kind = .drag
        case (false, false): kind = isRelease || number == 3 ? .release : .press(number + 1)
        }
        return .mouse(MouseEvent(kind: kind, row: y - 1, column: x - 1, modifiers: modifiers))
    }
}
