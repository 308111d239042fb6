import Foundation

/// Why a picture is not shown.
enum PictureError: Error, Equatable, CustomStringConvertible {
    /// libgd is not installed.
    case noDecoder
    case notAPicture
    case tooLarge(String)
    case broken

    var description: String {
        switch self {
        case .noDecoder:
            "pictures need the library libgd (Debian and Ubuntu: the package libgd3)"
        case .notAPicture: "not a PNG, JPEG, GIF or WebP picture"
        case .tooLarge(let what): "the picture is too large to be shown: \(what)"
        case .broken: "the picture is damaged"
        }
    }
}

extension Picture {
    /// Bytes of a file that is decoded.
    static let fileBytesMax = 32 << 20
    /// Pixels of a picture that is decoded; each takes four bytes meanwhile.
    static let pixelsMax = 24_000_000
    /// Pixels on a side of what is kept.
    static let sideMax = 1_024

    /// Decodes a PNG, JPEG, GIF (its first picture) or WebP, made smaller to `sideMax`; away from
    /// the caller's task.
    ///
    /// - Throws: `PictureError`.
    static func decode(_ bytes: [UInt8]) async throws -> Picture {
        try await Task.detached { try GraphicsLibrary.decoded(bytes) }.value
    }

    /// Decodes a file; see `decode(_ bytes:)`.
    ///
    /// - Throws: `PictureError`, or `CocoaError` when it cannot be read.
    static func decode(file path: String) async throws -> Picture {
        try await Task.detached {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            let data = try handle.read(upToCount: fileBytesMax + 1) ?? Data()
            return try GraphicsLibrary.decoded(Array(data))
        }.value
    }
}

/// libgd, found when the first picture is to be decoded: nothing links to it.
enum GraphicsLibrary {
    private typealias Decode =
        @convention(c) (Int32, UnsafeMutableRawPointer) ->
        UnsafeMutableRawPointer?
    private typealias Create = @convention(c) (Int32, Int32) -> UnsafeMutableRawPointer?
    private typealias Destroy = @convention(c) (UnsafeMutableRawPointer) -> Void
    private typealias Pixel = @convention(c) (UnsafeMutableRawPointer, Int32, Int32) -> Int32
    private typealias Blending = @convention(c) (UnsafeMutableRawPointer, Int32) -> Void
    private typealias Complaint =
        @convention(c) (
            Int32, UnsafePointer<CChar>?, UnsafeRawPointer?
        ) -> Void
    private typealias SetComplaint = @convention(c) (Complaint?) -> Void
    private typealias Resample =
        @convention(c) (
            UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int32, Int32, Int32, Int32, Int32,
            Int32, Int32, Int32
        ) -> Void

    /// The library; nil: not installed. An address, so that it can be shared.
    private static let library: UInt? = {
        for name in ["libgd.so.3", "libgd.so"] {
            guard let handle = dlopen(name, RTLD_NOW) else { continue }
            // What it has to say about a damaged file it would write over the screen.
            if let address = dlsym(handle, "gdSetErrorMethod") {
                let set = unsafeBitCast(address, to: SetComplaint.self)
                set { _, _, _ in }
            }
            return UInt(bitPattern: handle)
        }
        return nil
    }()

    static var isInstalled: Bool { library != nil }

    private static func function<Function>(_ name: String, as: Function.Type) throws -> Function {
        guard let library, let handle = UnsafeMutableRawPointer(bitPattern: library),
            let address = dlsym(handle, name)
        else { throw PictureError.noDecoder }
        return unsafeBitCast(address, to: Function.self)
    }

    /// Decodes on the calling thread.
    static func decoded(_ bytes: [UInt8]) throws -> Picture {
        guard bytes.count <= Picture.fileBytesMax else {
            throw PictureError.tooLarge("more than \(Picture.fileBytesMax >> 20) MiB")
        }
        guard let header = PictureHeader(bytes) else { throw PictureError.notAPicture }
        let (area, isOver) = header.width.multipliedReportingOverflow(by: header.height)
        guard !isOver, area <= Picture.pixelsMax else {
            throw PictureError.tooLarge("\(header.width) × \(header.height) pixels")
        }
        let name =
            switch header.kind {
            case .png: "gdImageCreateFromPngPtr"
            case .jpeg: "gdImageCreateFromJpegPtr"
            case .gif: "gdImageCreateFromGifPtr"
            case .webp: "gdImageCreateFromWebpPtr"
            }
        let decode = try function(name, as: Decode.self)
        let destroy = try function("gdImageDestroy", as: Destroy.self)
        var copy = bytes
        let decoded = copy.withUnsafeMutableBytes { raw in
            raw.baseAddress.flatMap { decode(Int32(raw.count), $0) }
        }
        guard let image = decoded else { throw PictureError.broken }
        defer { destroy(image) }
        let size = size(of: image)
        // The file might hold another size than its header said.
        guard size.width > 0, size.height > 0, size.width * size.height <= Picture.pixelsMax else {
            throw PictureError.broken
        }
        let side = max(size.width, size.height)
        if side <= Picture.sideMax { return try pixels(of: image, size.width, size.height) }
        let width = max(1, size.width * Picture.sideMax / side)
        let height = max(1, size.height * Picture.sideMax / side)
        let create = try function("gdImageCreateTrueColor", as: Create.self)
        let blend = try function("gdImageAlphaBlending", as: Blending.self)
        let resample = try function("gdImageCopyResampled", as: Resample.self)
        guard let small = create(Int32(width), Int32(height)) else { throw PictureError.broken }
        defer { destroy(small) }
        blend(small, 0)
        resample(
            small, image, 0, 0, 0, 0, Int32(width), Int32(height), Int32(size.width),
            Int32(size.height))
        return try pixels(of: small, width, height)
    }

    /// The size, from the beginning of libgd's own structure: a pointer, then the two numbers.
    private static func size(of image: UnsafeMutableRawPointer) -> (width: Int, height: Int) {
        let offset = MemoryLayout<UnsafeRawPointer>.size
        let width = image.load(fromByteOffset: offset, as: Int32.self)
        let height = image.load(fromByteOffset: offset + 4, as: Int32.self)
        return (Int(width), Int(height))
    }

    private static func pixels(
        of image: UnsafeMutableRawPointer, _ width: Int, _ height: Int
    ) throws -> Picture {
        let pixel = try function("gdImageGetTrueColorPixel", as: Pixel.self)
        var rgba: [UInt8] = []
        rgba.reserveCapacity(width * height * 4)
        for y in 0..<Int32(height) {
            for x in 0..<Int32(width) {
                let value = UInt32(bitPattern: pixel(image, x, y))
                rgba.append(UInt8(value >> 16 & 255))
                rgba.append(UInt8(value >> 8 & 255))
                rgba.append(UInt8(value & 255))
                // libgd counts 0 (opaque) to 127 (clear).
                let clear = Int(value >> 24 & 127)
                rgba.append(UInt8(255 - clear * 255 / 127))
            }
        }
        return Picture(width: width, height: height, rgba: rgba)
    }
}
