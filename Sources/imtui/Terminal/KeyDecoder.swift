/// Bytes from a terminal, made events: a pure machine, the same however the bytes are cut.
///
/// Knows the keys of xterm, rxvt, the Linux console, tmux and kitty's CSI u; what it does not
/// know it swallows whole, so that no part of a sequence is taken for typing. Where time decides
/// (Esc alone, a sequence that does not go on), the shell waits `waitMs` for further bytes and
/// then calls `timeout()`.
struct KeyDecoder: Sendable {
    /// Bytes of one key's sequence; a longer one is swallowed to its end.
    static let sequenceBytesMax = 64
    /// Bytes kept of a string from the terminal (OSC, DCS, APC); the rest is swallowed.
    static let stringBytesMax = 1_024
    /// Bytes of one paste; the rest of a longer one is dropped.
    static let pasteBytesMax = 1 << 20
    /// How long an Esc waits for what belongs to it.
    static let escapeWaitMs = 25
    /// How long a sequence that has begun waits for its end.
    static let sequenceWaitMs = 1_000
    /// How long a paste waits for its end.
    static let pasteWaitMs = 10_000

    private enum State {
        case ground
        /// The first bytes of a character of several.
        case character
        case escape
        /// Within one of the given sequences that has neither CSI's nor SS3's form.
        case given
        case csi, ss3
        /// Behind `ESC [ [`: a function key of the Linux console.
        case console
        /// Behind `ESC [ M`: the three bytes of an old mouse report.
        case oldMouse
        /// Behind the two bytes that begin a string; the next byte says whether it is one.
        case stringStart
        case string
        case paste
    }

    private var state = State.ground
    /// The sequence so far, without a second Esc before it.
    private var buffer: [UInt8] = []
    private var isOverlong = false
    /// Two Escs came: the second begins a sequence, the first means Alt (rxvt).
    private var isDoubled = false
    /// Alt for the character that is being put together.
    private var modifiers: Key.Modifiers = []
    private var isStringEnding = false
    private var pasted: [UInt8] = []
    private var endMarkMatched = 0
    private var given: [[UInt8]: Key] = [:]

    /// - Parameter given: further sequences (from terminfo) and their keys; only those that begin
    ///   with Esc and have 2 … `sequenceBytesMax` bytes are taken.
    init(given: [(sequence: [UInt8], key: Key)] = []) {
        for (sequence, key) in given
        where sequence.first == 0x1b && (2...Self.sequenceBytesMax).contains(sequence.count) {
            self.given[sequence] = key
        }
    }

    /// Takes bytes in; what they say.
    mutating func feed(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
        var events: [InputEvent] = []
        for byte in bytes { step(byte, &events) }
        return events
    }

    /// How long to wait for further bytes before `timeout()`; nil: as long as it takes.
    var waitMs: Int? {
        switch state {
        case .ground: nil
        case .escape, .given, .stringStart: Self.escapeWaitMs
        case .csi, .ss3: buffer.count == 2 ? Self.escapeWaitMs : Self.sequenceWaitMs
        case .character, .console, .oldMouse, .string: Self.sequenceWaitMs
        case .paste: Self.pasteWaitMs
        }
    }

    /// Nothing came within `waitMs`: decides with what there is, and begins anew.
    mutating func timeout() -> [InputEvent] {
        var events: [InputEvent] = []
        switch state {
        case .ground, .console, .oldMouse, .string: break
        case .character: events.append(.key(Key(.character("\u{fffd}"), modifiers)))
        case .escape:
            events.append(.key(.escape))
            if isDoubled { events.append(.key(.escape)) }
        case .csi, .ss3, .given, .stringStart:
            if buffer.count == 2 { events.append(.key(altKey(buffer[1]))) }
        case .paste:
            keepPasted(Self.endMark.prefix(endMarkMatched))
            if !pasted.isEmpty { events.append(.paste(takePasted())) }
        }
        reset()
        return events
    }

    /// Bytes held back; never more than the limits above.
    var heldBytes: Int { buffer.count + pasted.count }

    private mutating func reset() {
        state = .ground
        buffer.removeAll(keepingCapacity: true)
        isOverlong = false
        isDoubled = false
        isStringEnding = false
        modifiers = []
    }

    // MARK: One byte

    private mutating func step(_ byte: UInt8, _ events: inout [InputEvent]) {
        switch state {
        case .ground: ground(byte, &events)
        case .character: character(byte, &events)
        case .escape: escape(byte, &events)
        case .given: givenSequence(byte, &events)
        case .csi: csi(byte, &events)
        case .ss3: ss3(byte, &events)
        case .console:
            let number = Int(byte) - 0x40
            if (1...5).contains(number) { emit(Key(.function(number)), &events) }
            restart(unless: byte >= 0x20, byte, &events)
        case .oldMouse:
            buffer.append(byte)
            if buffer.count == 6 {
                let parts = buffer[3...].map { Int($0) - 32 }
                if let event = ControlSequence.mouse(parts[0], parts[1], parts[2], isRelease: false)
                {
                    events.append(event)
                }
                reset()
            }
        case .stringStart: stringStart(byte, &events)
        case .string: string(byte, &events)
        case .paste: paste(byte, &events)
        }
    }

    /// Leaves the sequence; a byte that is no part of it counts anew.
    private mutating func restart(
        unless isPart: Bool, _ byte: UInt8, _ events: inout [InputEvent]
    ) {
        reset()
        if !isPart { ground(byte, &events) }
    }

    private mutating func emit(_ key: Key, _ events: inout [InputEvent]) {
        var key = key
        if isDoubled { key.modifiers.insert(.alt) }
        events.append(.key(key))
    }

    private mutating func ground(_ byte: UInt8, _ events: inout [InputEvent]) {
        switch byte {
        case 0x1b:
            state = .escape
            buffer = [byte]
        case 0..<0x80: events.append(.key(Self.key(of: byte)))
        case 0xc2...0xf4:
            state = .character
            buffer = [byte]
        default: events.append(.key(.character("\u{fffd}")))
        }
    }

    private mutating func character(_ byte: UInt8, _ events: inout [InputEvent]) {
        let lead = buffer[0]
        let count = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
        guard byte & 0xc0 == 0x80 else {
            events.append(.key(Key(.character("\u{fffd}"), modifiers)))
            return restart(unless: false, byte, &events)
        }
        buffer.append(byte)
        guard buffer.count == count else { return }
        // Over-long forms and surrogates come out as U+FFFD, one for each byte.
        for character in String(decoding: buffer, as: UTF8.self).unicodeScalars {
            events.append(.key(Key(.character(Character(character)), modifiers)))
        }
        reset()
    }

    /// The key of a single byte.
    static func key(of byte: UInt8) -> Key {
        switch byte {
        case 0x00: .control(" ")
        case 0x08, 0x7f: .backspace
        case 0x09: .tab
        case 0x0d: .enter
        case 0x1b: .escape
        case 0x01...0x1a: .control(Character(Unicode.Scalar(byte + 0x60)))
        case 0x1c...0x1f: .control(Character(Unicode.Scalar(byte + 0x40)))
        default: .character(Character(Unicode.Scalar(byte)))
        }
    }

    /// A byte behind an Esc: that key with Alt; a line feed counts as Enter.
    private func altKey(_ byte: UInt8) -> Key {
        var key = byte == 0x0a ? Key.enter : Self.key(of: byte)
        key.modifiers.insert(.alt)
        return key
    }

    private mutating func escape(_ byte: UInt8, _ events: inout [InputEvent]) {
        buffer.append(byte)
        switch byte {
        case UInt8(ascii: "["): state = .csi
        case UInt8(ascii: "O"): state = .ss3
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"): state = .stringStart
        case 0x1b:
            if isDoubled { events.append(.key(.escape)) }
            isDoubled = true
            buffer = [0x1b]
        default:
            if let key = given[buffer] {
                emit(key, &events)
                return reset()
            }
            if beginsGiven {
                state = .given
                return
            }
            if isDoubled { events.append(.key(.escape)) }
            if byte < 0x80 {
                events.append(.key(altKey(byte)))
                return reset()
            }
            reset()
            ground(byte, &events)
            if state == .character { modifiers = .alt }
        }
    }

    private var beginsGiven: Bool { given.keys.contains { $0.starts(with: buffer) } }

    private mutating func givenSequence(_ byte: UInt8, _ events: inout [InputEvent]) {
        buffer.append(byte)
        if let key = given[buffer] {
            emit(key, &events)
            return reset()
        }
        if !beginsGiven { restart(unless: byte >= 0x20 && byte < 0x80, byte, &events) }
    }

    // MARK: CSI and SS3

    private mutating func csi(_ byte: UInt8, _ events: inout [InputEvent]) {
        guard (0x20...0x7e).contains(byte) else {
            // Cancel and substitute end a sequence; any other control is a key of its own.
            return restart(unless: byte == 0x18 || byte == 0x1a, byte, &events)
        }
        let isFirst = buffer.count == 2
        if buffer.count < Self.sequenceBytesMax { buffer.append(byte) } else { isOverlong = true }
        if !isOverlong, let key = given[buffer] {
            emit(key, &events)
            return reset()
        }
        if isFirst, byte == UInt8(ascii: "[") {
            state = .console
            return
        }
        if isFirst, byte == UInt8(ascii: "M") {
            state = .oldMouse
            return
        }
        // A dollar ends a key of rxvt with Shift; elsewhere it stands before the last byte.
        let isShifted =
            byte == UInt8(ascii: "$") && buffer.count > 3
            && buffer[2..<(buffer.count - 1)].allSatisfy { (0x30...0x39).contains($0) }
        guard byte >= 0x40 || isShifted else { return }
        if isOverlong { return reset() }
        guard let sequence = ControlSequence(buffer[2...]) else { return reset() }
        if sequence.isPasteBegin {
            reset()
            state = .paste
            return
        }
        if var event = sequence.event {
            if isDoubled, case .key(var key) = event {
                key.modifiers.insert(.alt)
                event = .key(key)
            }
            events.append(event)
        }
        reset()
    }

    private mutating func ss3(_ byte: UInt8, _ events: inout [InputEvent]) {
        guard (0x20...0x7e).contains(byte) else {
            return restart(unless: byte == 0x18 || byte == 0x1a, byte, &events)
        }
        if buffer.count < Self.sequenceBytesMax { buffer.append(byte) } else { isOverlong = true }
        if !isOverlong, let key = given[buffer] {
            emit(key, &events)
            return reset()
        }
        if (0x30...0x3b).contains(byte) { return }
        if !isOverlong, let key = ControlSequence.keypad(buffer[2...]) { emit(key, &events) }
        reset()
    }

    // MARK: Strings

    private mutating func stringStart(_ byte: UInt8, _ events: inout [InputEvent]) {
        let isString =
            switch buffer[1] {
            case UInt8(ascii: "]"): (0x30...0x39).contains(byte)
            case UInt8(ascii: "P"): (0x20...0x3f).contains(byte)
            default: (0x41...0x7a).contains(byte)
            }
        if isString {
            state = .string
            return string(byte, &events)
        }
        events.append(.key(altKey(buffer[1])))
        reset()
        ground(byte, &events)
    }

    private mutating func string(_ byte: UInt8, _ events: inout [InputEvent]) {
        switch byte {
        case UInt8(ascii: "\\") where isStringEnding, 0x07:
            if !isOverlong, let reply = TerminalReply(string: buffer[1...]) {
                events.append(.reply(reply))
            }
            reset()
        case 0x1b where !isStringEnding: isStringEnding = true
        case 0x18, 0x1a: reset()
        default:
            if isStringEnding {
                // The string breaks off: what follows its Esc is a sequence of its own.
                reset()
                ground(0x1b, &events)
                return step(byte, &events)
            }
            if buffer.count < Self.stringBytesMax {
                buffer.append(byte)
            } else {
                isOverlong = true
            }
        }
    }

    // MARK: Paste

    private static let endMark: [UInt8] = Array("\u{1b}[201~".utf8)

    private mutating func keepPasted(_ bytes: some Collection<UInt8>) {
        pasted.append(contentsOf: bytes.prefix(Self.pasteBytesMax - pasted.count))
    }

    private mutating func paste(_ byte: UInt8, _ events: inout [InputEvent]) {
        if byte == Self.endMark[endMarkMatched] {
            endMarkMatched += 1
            if endMarkMatched == Self.endMark.count {
                events.append(.paste(takePasted()))
                reset()
            }
            return
        }
        keepPasted(Self.endMark.prefix(endMarkMatched))
        endMarkMatched = byte == 0x1b ? 1 : 0
        if endMarkMatched == 0 { keepPasted(CollectionOfOne(byte)) }
    }

    /// What was pasted, its line ends as `\n`.
    private mutating func takePasted() -> String {
        var text: [UInt8] = []
        text.reserveCapacity(pasted.count)
        var previous: UInt8 = 0
        for byte in pasted {
            if byte == 0x0d {
                text.append(0x0a)
            } else if byte != 0x0a || previous != 0x0d {
                text.append(byte)
            }
            previous = byte
        }
        // A character that the limit cut is left out.
        if pasted.count == Self.pasteBytesMax {
            while let last = text.last, last & 0xc0 == 0x80 { text.removeLast() }
            if let last = text.last, last >= 0xc0 { text.removeLast() }
        }
        pasted = []
        endMarkMatched = 0
        return String(decoding: text, as: UTF8.self)
    }
}
