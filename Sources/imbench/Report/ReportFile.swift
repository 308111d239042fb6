import Foundation

/// Reports as files: JSON with sorted keys.
enum ReportFile {
    /// Bytes of a file that is read.
    static let bytesMax = 256 << 20

    /// Writes it whole or not at all.
    static func write(_ report: BenchReport, to path: String) throws(BenchError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            var data = try encoder.encode(report)
            data.append(UInt8(ascii: "\n"))
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw BenchError(.usage, "\(path): \(words(of: error))")
        }
    }

    /// Errors of kind usage: missing, no report, or another version's.
    static func read(path: String) throws(BenchError) -> BenchReport {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw BenchError(.usage, "\(path): there is no such file")
        }
        if isFolder.boolValue {
            throw BenchError(.usage, "\(path): this is a folder, not a report")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw BenchError(.usage, "\(path): cannot be read")
        }
        guard data.count <= bytesMax else {
            throw BenchError(.usage, "\(path): greater than \(bytesMax >> 20) MiB, no report")
        }
        return try read(data, path: path)
    }

    private static func read(_ data: Data, path: String) throws(BenchError) -> BenchReport {
        struct Head: Decodable {
            let format: String
        }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let head = try? decoder.decode(Head.self, from: data),
            head.format.hasPrefix("imbench-report/")
        else { throw BenchError(.usage, "\(path): not a report of imbench") }
        guard head.format == BenchReport.format else {
            throw BenchError(
                .usage, "\(path): format \(head.format); this imbench reads \(BenchReport.format)")
        }
        do {
            return try decoder.decode(BenchReport.self, from: data)
        } catch {
            throw BenchError(.usage, "\(path): a damaged report: \(words(of: error))")
        }
    }

    private static func words(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "\((context.codingPath + [key]).map(\.stringValue).joined(separator: ".")) is missing"
        case DecodingError.typeMismatch(_, let context),
            DecodingError.valueNotFound(_, let context), DecodingError.dataCorrupted(let context):
            context.codingPath.isEmpty
                ? context.debugDescription
                : "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is wrong"
        default: (error as NSError).localizedDescription
        }
    }
}
