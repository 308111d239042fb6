/// Pixels of a picture, decoded.
struct Picture: Sendable {
    let width: Int
    let height: Int
    /// Four bytes for each pixel: red, green, blue, how much it covers (255: wholly).
    let rgba: [UInt8]

    /// - Precondition: `rgba` has four bytes for each of `width` × `height` pixels.
    init(width: Int, height: Int, rgba: [UInt8]) {
        precondition(width > 0 && height > 0 && rgba.count == width * height * 4)
        self.width = width
        self.height = height
        self.rgba = rgba
    }

    /// The picture as half blocks, two pixels in each cell; it fills all of them.
    func cells(columns: Int, rows: Int) -> [[Grid.Cell]] {
        guard columns > 0, rows > 0 else { return [] }
        let pixels = scaled(width: columns, height: rows * 2)
        return (0..<rows).map { row in
            (0..<columns).map { column in
                let upper = pixels.colour(column, row * 2)
                let lower = pixels.colour(column, row * 2 + 1)
                return Grid.Cell(
                    text: "▀", style: Style(ink: .rgb(upper), paper: .rgb(lower)))
            }
        }
    }

    /// The columns and rows that show the whole picture undistorted within so many, a cell being
    /// twice as high as wide; never less than 1 × 1.
    func fitting(columns: Int, rows: Int) -> (columns: Int, rows: Int) {
        let widest = max(columns, 1)
        let highest = max(rows, 1) * 2
        // Not larger than the picture itself: each half cell shows at least one pixel.
        let scale = min(
            Double(widest) / Double(width), Double(highest) / Double(height), 1)
        return (
            min(max(Int((Double(width) * scale).rounded()), 1), widest),
            min(max(Int((Double(height) * scale / 2).rounded(.up)), 1), max(rows, 1))
        )
    }

    /// A pixel's colour as 0xRRGGBB, on black where it does not cover.
    func colour(_ x: Int, _ y: Int) -> UInt32 {
        let at = (y * width + x) * 4
        let cover = UInt32(rgba[at + 3])
        func part(_ offset: Int) -> UInt32 { UInt32(rgba[at + offset]) * cover / 255 }
        return part(0) << 16 | part(1) << 8 | part(2)
    }

    /// The picture in another size: each new pixel is the mean of those that it stands for.
    func scaled(width newWidth: Int, height newHeight: Int) -> Picture {
        if newWidth == width && newHeight == height { return self }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(newWidth * newHeight * 4)
        for y in 0..<newHeight {
            let top = y * height / newHeight
            let bottom = max(top + 1, (y + 1) * height / newHeight)
            for x in 0..<newWidth {
                let left = x * width / newWidth
                let right = max(left + 1, (x + 1) * width / newWidth)
                var sums = (0, 0, 0, 0)
                for row in top..<bottom {
                    for column in left..<right {
                        let at = (row * width + column) * 4
                        sums.0 += Int(rgba[at])
                        sums.1 += Int(rgba[at + 1])
                        sums.2 += Int(rgba[at + 2])
                        sums.3 += Int(rgba[at + 3])
                    }
                }
                let count = (bottom - top) * (right - left)
                pixels.append(UInt8(sums.0 / count))
                pixels.append(UInt8(sums.1 / count))
                pixels.append(UInt8(sums.2 / count))
                pixels.append(UInt8(sums.3 / count))
            }
        }
        return Picture(width: newWidth, height: newHeight, rgba: pixels)
    }
}
