import Foundation
import Testing

@testable import imtui

@Suite struct PictureTests {
    /// 8 × 4 pixels, the left half red and the right one blue.
    static let files: [(String, PictureHeader.Kind)] = [
        (
            "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAIAAAA8r+mnAAAACXBIWXMAAA7EAAAOxAGVKw4bAAAAFklEQVQI"
                + "mWP8z4AAjAwIHhMDDkC6BAC5kwIHFSWrfgAAAABJRU5ErkJggg==", .png
        ),
        ("R0lGODdhCAAEAIAAAAQC/PwCBCwAAAAACAAEAAACCIwDCYfKug4sADs=", .gif),
        (
            "UklGRlYAAABXRUJQVlA4IEoAAADwAgCdASoIAAQAAUAmJagCdLoBQAPwArv/cAATdhycIAD+9pP9qw///ND9"
                + "UzVf/p9X20HafV/+lwf/SuMT3a4Nf8Vxie7WlQAAAA==", .webp
        ),
        (jpeg, .jpeg),
    ]

    private static func bytes(_ base64: String) -> [UInt8] {
        Array(Data(base64Encoded: base64) ?? Data())
    }

    @Test(arguments: files) func headersAreRead(base64: String, kind: PictureHeader.Kind) throws {
        let bytes = Self.bytes(base64)
        let header = try #require(PictureHeader(bytes))
        #expect(header.kind == kind && header.width == 8 && header.height == 4)
        for count in 0..<min(bytes.count, 40) {
            _ = PictureHeader(Array(bytes[..<count]))
        }
    }

    @Test(.enabled(if: GraphicsLibrary.isInstalled), arguments: files)
    func filesAreDecoded(base64: String, kind: PictureHeader.Kind) async throws {
        let picture = try await Picture.decode(Self.bytes(base64))
        #expect(picture.width == 8 && picture.height == 4)
        let (left, right) = (picture.colour(1, 1), picture.colour(6, 2))
        #expect(left >> 16 > 200 && left & 255 < 60, "\(String(left, radix: 16))")
        #expect(right >> 16 < 60 && right & 255 > 200, "\(String(right, radix: 16))")
        // libgd draws as much of a GIF as there is.
        if kind == .gif { return }
        await #expect(throws: PictureError.self) {
            try await Picture.decode(Array(Self.bytes(base64).prefix(36)))
        }
    }

    @Test func whatIsTooLargeIsNotDecoded() async {
        var png = Self.bytes(Self.files[0].0)
        png.replaceSubrange(16..<24, with: [0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff])
        await #expect(throws: PictureError.tooLarge("65535 × 65535 pixels")) {
            try await Picture.decode(png)
        }
        await #expect(throws: PictureError.notAPicture) {
            try await Picture.decode(Array("not a picture at all, but text".utf8))
        }
        let large = [UInt8](repeating: 0, count: Picture.fileBytesMax + 1)
        await #expect(throws: PictureError.tooLarge("more than 32 MiB")) {
            try await Picture.decode(large)
        }
    }

    private static let twoColours = Picture(
        width: 4, height: 2,
        rgba: (0..<8).flatMap { $0 % 4 < 2 ? [255, 0, 0, 255] : [0, 0, 255, 255] as [UInt8] })

    @Test func cellsAreHalfBlocks() {
        let cells = Self.twoColours.cells(columns: 2, rows: 1)
        #expect(cells.count == 1 && cells[0].count == 2)
        #expect(cells[0][0].text == "▀")
        #expect(cells[0][0].style == Style(ink: .rgb(0xff0000), paper: .rgb(0xff0000)))
        #expect(cells[0][1].style == Style(ink: .rgb(0x0000ff), paper: .rgb(0x0000ff)))
        #expect(Self.twoColours.cells(columns: 7, rows: 3).map(\.count) == [7, 7, 7])
        let wide = Picture(width: 400, height: 100, rgba: Array(repeating: 9, count: 160_000))
        #expect(wide.fitting(columns: 40, rows: 20) == (40, 5))
        #expect(wide.fitting(columns: 40, rows: 2) == (16, 2))
        #expect(Self.twoColours.fitting(columns: 40, rows: 20) == (4, 1))
    }

    private static func grid() -> Grid {
        var grid = Grid(rows: 6, columns: 20)
        grid.place(twoColours, id: 7, row: 1, column: 2, rows: 2, columns: 4)
        return grid
    }

    @Test func textOverAPictureTakesItAway() {
        var grid = Self.grid()
        #expect(grid.graphics.count == 1)
        grid.put("beside", row: 1, column: 6)
        #expect(grid.graphics.count == 1)
        grid.put("x", row: 2, column: 5)
        #expect(grid.graphics.isEmpty)
        #expect(grid.cells[1][2].text == "▀")
        grid.place(Self.twoColours, id: 7, row: 5, column: 2, rows: 2, columns: 4)
        #expect(grid.graphics.isEmpty, "it does not fit into the grid")
    }

    @Test func kittyPlacesAndDeletes() {
        var traits = TerminalTraits()
        traits.colours = .every
        traits.hasKittyGraphics = true
        var painter = TerminalPainter(traits: traits)
        var screen = ScreenModel(rows: 6, columns: 20)
        screen.feed(painter.paint(Self.grid()))
        #expect(screen.text.joined().isEmpty)
        #expect(screen.strings.count == 2)
        #expect(screen.strings[0].hasPrefix("Ga=t,f=32,s=4,v=2,i=7,q=2,m=0;/wAA//8AAP8AAP//"))
        #expect(screen.strings[1].hasPrefix("Ga=p,i=7,p=") && screen.strings[1].contains("c=4,r=2"))
        screen.feed(painter.paint(Grid(rows: 6, columns: 20)))
        #expect(screen.strings.count == 3 && screen.strings[2].hasPrefix("Ga=d,d=i,i=7"))
        screen.feed(painter.paint(Self.grid()))
        #expect(screen.strings.count == 4, "what the terminal holds is not sent again")
        #expect(screen.unknown.isEmpty)
    }

    @Test func largePicturesGoInPieces() {
        let picture = Picture(width: 100, height: 50, rgba: Array(repeating: 1, count: 20_000))
        let text = String(
            decoding: KittyGraphics.transmission(picture, id: 1), as: UTF8.self)
        let pieces = text.components(separatedBy: "\u{1b}\\").dropLast()
        #expect(pieces.count == 7)
        #expect(pieces.dropLast().allSatisfy { $0.contains("m=1;") })
        #expect(pieces.last?.hasPrefix("\u{1b}_Gm=0;") == true)
        let data = pieces.map { $0.components(separatedBy: ";")[1] }
        #expect(data.allSatisfy { $0.utf8.count <= KittyGraphics.chunkBytesMax })
        #expect(Data(base64Encoded: data.joined()) == Data(picture.rgba))
    }

    @Test func sixelIsDrawnAndErased() {
        var traits = TerminalTraits()
        traits.colours = .every
        traits.hasSixel = true
        var painter = TerminalPainter(traits: traits)
        var screen = ScreenModel(rows: 6, columns: 20)
        screen.feed(painter.paint(Self.grid()))
        #expect(screen.strings.count == 1 && screen.strings[0].hasPrefix("0;1;0q\"1;1;40;36#"))
        let written = screen.writtenCount
        screen.feed(painter.paint(Grid(rows: 6, columns: 20)))
        #expect(screen.writtenCount - written == 8, "the cells below are written anew")
        #expect(screen.strings.count == 1 && screen.unknown.isEmpty)
    }

    @Test func sixelOfTwoColours() {
        let text = String(decoding: Sixel.encoded(Self.twoColours), as: UTF8.self)
        #expect(
            text == "\u{1b}P0;1;0q\"1;1;4;2#5;2;0;0;100#210;2;100;0;0#5??BB$#210BB??\u{1b}\\")
    }

    @Test func withoutColoursItIsShades() {
        var traits = TerminalTraits()
        traits.colours = .none
        var painter = TerminalPainter(traits: traits)
        var screen = ScreenModel(rows: 6, columns: 20)
        var grid = Grid(rows: 6, columns: 20)
        let white = Picture(width: 1, height: 1, rgba: [255, 255, 255, 255])
        grid.place(white, id: 1, row: 0, column: 0, rows: 1, columns: 2)
        screen.feed(painter.paint(grid))
        #expect(screen.text[0] == "██")
    }

    private static let jpeg =
        "/9j/4AAQSkZJRgABAQEAYABgAAD//gA7Q1JFQVRPUjogZ2QtanBlZyB2MS4wICh1c2luZyBJSkcgSlBF"
        + "RyB2NjIpLCBxdWFsaXR5ID0gOTAK/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsL"
        + "DQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/9sAQwEDBAQFBAUJBQUJFA0LDRQUFBQUFBQUFBQU"
        + "FBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU/8AAEQgABAAIAwERAAIRAQMRAf/E"
        + "AB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUS"
        + "ITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RV"
        + "VldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TF"
        + "xsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/EAB8BAAMBAQEBAQEBAQEAAAAAAAABAgME"
        + "BQYHCAkKC//EALURAAIBAgQEAwQHBQQEAAECdwABAgMRBAUhMQYSQVEHYXETIjKBCBRCkaGxwQkjM1Lw"
        + "FWJy0QoWJDThJfEXGBkaJicoKSo1Njc4OTpDREVGR0hJSlNUVVZXWFlaY2RlZmdoaWpzdHV2d3h5eoKD"
        + "hIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uLj5OXm5+jp"
        + "6vLz9PX29/j5+v/aAAwDAQACEQMRAD8A+Nvir/zC/wDtr/7JX7h9GX/mcf8AcD/3Mf0b9Ib/AJlX/cb/"
        + "ANxH/9k="
}
