/// Draws pictures as such: kitty's graphics protocol, or sixel.
struct PicturePainter {
    /// Pictures that a terminal with kitty's protocol is let keep; the oldest goes first.
    static let keptMax = 32
    /// Pixels on a side of what is sent; larger pictures are made smaller.
    static let sideMax = 1_024

    /// What the terminal holds, oldest first.
    private var kept: [UInt32] = []

    /// Nothing is taken to be held any longer.
    mutating func forget() {
        kept = []
    }

    /// The bytes that turn one set of pictures on screen into another.
    mutating func paint(
        _ graphics: [Grid.Graphic], before: [Grid.Graphic], _ traits: TerminalTraits
    ) -> [UInt8] {
        if graphics == before { return [] }
        return traits.hasKittyGraphics
            ? kitty(graphics, before) : sixel(graphics, traits)
    }

    private mutating func kitty(
        _ graphics: [Grid.Graphic], _ before: [Grid.Graphic]
    ) -> [UInt8] {
        var out: [UInt8] = []
        for old in before where !graphics.contains(old) {
            out += Array("\u{1b}_Ga=d,d=i,i=\(old.id),p=\(Self.placement(old)),q=2\u{1b}\\".utf8)
        }
        for new in graphics where !before.contains(new) {
            if let place = kept.firstIndex(of: new.id) {
                kept.remove(at: place)
            } else {
                out += KittyGraphics.transmission(Self.bounded(new.picture), id: new.id)
            }
            kept.append(new.id)
            out += Array("\u{1b}[\(new.row + 1);\(new.column + 1)H".utf8)
            out += KittyGraphics.placement(
                id: new.id, placement: Self.placement(new), rows: new.rows, columns: new.columns)
        }
        while kept.count > Self.keptMax, let oldest = kept.first {
            if graphics.contains(where: { $0.id == oldest }) { break }
            kept.removeFirst()
            out += KittyGraphics.deletion(id: oldest)
        }
        return out
    }

    /// Names one place of a picture: the same place has the same number.
    private static func placement(_ graphic: Grid.Graphic) -> UInt32 {
        UInt32(truncatingIfNeeded: graphic.row &* 8_192 &+ graphic.column &+ 1)
    }

    private static func bounded(_ picture: Picture) -> Picture {
        let side = max(picture.width, picture.height)
        guard side > sideMax else { return picture }
        return picture.scaled(
            width: max(1, picture.width * sideMax / side),
            height: max(1, picture.height * sideMax / side))
    }

    private func sixel(_ graphics: [Grid.Graphic], _ traits: TerminalTraits) -> [UInt8] {
        var out: [UInt8] = []
        for graphic in graphics {
            let width = min(graphic.columns * traits.cellWidth, Self.sideMax)
            // Sixels are six pixels high: the last row of cells is not overrun.
            let height = min(graphic.rows * traits.cellHeight, Self.sideMax) / 6 * 6
            guard width > 0, height > 0 else { continue }
            out += Array("\u{1b}[\(graphic.row + 1);\(graphic.column + 1)H".utf8)
            out += Sixel.encoded(graphic.picture.scaled(width: width, height: height))
        }
        return out
    }
}

/// kitty's graphics protocol.
enum KittyGraphics {
    /// Bytes of base64 in one piece.
    static let chunkBytesMax = 4_096

    /// Hands a picture over under an ID, without an answer and without showing it.
    static func transmission(_ picture: Picture, id: UInt32) -> [UInt8] {
        let text = Base64.encoded(picture.rgba)
        var out: [UInt8] = []
        var at = 0
        repeat {
            let end = min(at + chunkBytesMax, text.count)
            let more = end < text.count ? 1 : 0
            let keys =
                at == 0
                ? "a=t,f=32,s=\(picture.width),v=\(picture.height),i=\(id),q=2,m=\(more)"
                : "m=\(more)"
            out += Array("\u{1b}_G\(keys);".utf8)
            out += text[at..<end]
            out += [0x1b, 0x5c]
            at = end
        } while at < text.count
        return out
    }

    /// Shows a picture from the cursor on, over so many cells; the cursor stays.
    static func placement(id: UInt32, placement: UInt32, rows: Int, columns: Int) -> [UInt8] {
        Array("\u{1b}_Ga=p,i=\(id),p=\(placement),c=\(columns),r=\(rows),C=1,q=2\u{1b}\\".utf8)
    }

    /// Takes a picture and all its places away.
    static func deletion(id: UInt32) -> [UInt8] {
        Array("\u{1b}_Ga=d,d=I,i=\(id),q=2\u{1b}\\".utf8)
    }
}

/// Base64 of RFC 4648, with its padding.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var at = 0
        while at < bytes.count {
            let left = bytes.count - at
            let second = left > 1 ? bytes[at + 1] : 0
            let third = left > 2 ? bytes[at + 2] : 0
            out.append(alphabet[Int(bytes[at] >> 2)])
            out.append(alphabet[Int((bytes[at] & 3) << 4 | second >> 4)])
            out.append(left > 1 ? alphabet[Int((second & 15) << 2 | third >> 6)] : 0x3d)
            out.append(left > 2 ? alphabet[Int(third & 63)] : 0x3d)
            at += 3
        }
        return out
    }
}

/// Sixel pictures.
enum Sixel {
    /// The picture in at most 252 colours, from the cursor on.
    static func encoded(_ picture: Picture) -> [UInt8] {
        let numbers = quantised(picture)
        var out = Array("\u{1b}P0;1;0q\"1;1;\(picture.width);\(picture.height)".utf8)
        for number in Set(numbers).sorted() {
            let (red, green, blue) = (Int(number) / 42, Int(number) / 6 % 7, Int(number) % 6)
            out += Array(
                "#\(number);2;\(red * 100 / 5);\(green * 100 / 6);\(blue * 100 / 5)".utf8)
        }
        for top in stride(from: 0, to: picture.height, by: 6) {
            band(numbers, picture, top: top, &out)
            out.append(UInt8(ascii: "-"))
        }
        // A line break behind the last band would begin one more.
        if out.last == UInt8(ascii: "-") { out.removeLast() }
        return out + [0x1b, 0x5c]
    }

    /// Six rows of pixels: each colour's own run, one over the other.
    private static func band(
        _ numbers: [UInt8], _ picture: Picture, top: Int, _ out: inout [UInt8]
    ) {
        var masks: [UInt8: [UInt8]] = [:]
        for row in top..<min(top + 6, picture.height) {
            for column in 0..<picture.width {
                let number = numbers[row * picture.width + column]
                masks[number, default: Array(repeating: 0, count: picture.width)][column] |=
                    1 << UInt8(row - top)
            }
        }
        for (place, number) in masks.keys.sorted().enumerated() {
            if place > 0 { out.append(UInt8(ascii: "$")) }
            out += Array("#\(number)".utf8)
            run(masks[number] ?? [], &out)
        }
    }

    private static func run(_ mask: [UInt8], _ out: inout [UInt8]) {
        var at = 0
        while at < mask.count {
            var end = at + 1
            while end < mask.count, mask[end] == mask[at] { end += 1 }
            let byte = mask[at] + 0x3f
            if end - at > 3 {
                out += Array("!\(end - at)".utf8)
                out.append(byte)
            } else {
                out += Array(repeating: byte, count: end - at)
            }
            at = end
        }
    }

    /// Each pixel as one of 6 × 7 × 6 colours, the error spread over its neighbours.
    private static func quantised(_ picture: Picture) -> [UInt8] {
        let (width, height) = (picture.width, picture.height)
        var numbers = [UInt8](repeating: 0, count: width * height)
        let levels = [5, 6, 5]
        // The errors of this row and the next, three parts each, with a column to spare.
        var now = [Int](repeating: 0, count: (width + 2) * 3)
        for y in 0..<height {
            var next = [Int](repeating: 0, count: (width + 2) * 3)
            for x in 0..<width {
                let colour = picture.colour(x, y)
                var number = 0
                for part in 0..<3 {
                    let at = (x + 1) * 3 + part
                    let wanted = Int(colour >> UInt32(16 - part * 8) & 255) + now[at] / 16
                    let level = min(max((wanted * levels[part] + 127) / 255, 0), levels[part])
                    let error = min(max(wanted - level * 255 / levels[part], -255), 255)
                    now[at + 3] += error * 7
                    next[at - 3] += error * 3
                    next[at] += error * 5
                    next[at + 3] += error
                    number = number * (levels[part] + 1) + level
                }
                numbers[y * width + x] = UInt8(number)
            }
            now = next
        }
        return numbers
    }
}
