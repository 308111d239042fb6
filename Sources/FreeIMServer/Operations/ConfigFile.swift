import Foundation
import Yams

/// The settings that a YAML file names, each with its line.
struct ConfigFile: Sendable {
    /// One key and its value, as they are written.
    struct Entry: Sendable, Equatable {
        let key: String
        let value: String
        /// Counted from 1.
        let line: Int
    }

    /// Bytes of the longest file read.
    static let fileBytesMax = 1_048_576

    let path: String
    private(set) var entries: [Entry] = []
    private(set) var problems: [ConfigProblem] = []

    /// Reads the file at `path`; what is wrong with it stands in `problems`.
    init(path: String) {
        self.path = path
        read()
    }

    /// Takes `text` as the content of the file at `path`.
    init(path: String, text: String) {
        self.path = path
        parse(text)
    }

    private mutating func read() {
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            let data = try handle.read(upToCount: Self.fileBytesMax + 1) ?? Data()
            if data.count > Self.fileBytesMax {
                report("is longer than \(Self.fileBytesMax) bytes")
            } else if let text = String(data: data, encoding: .utf8) {
                parse(text)
            } else {
                report("is not UTF-8 text")
            }
        } catch {
            report("cannot be read; does the file exist, and may this user read it?")
        }
    }

    private mutating func parse(_ text: String) {
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            switch root {
            case .mapping(let mapping): take(mapping)
            case .scalar(let scalar) where scalar.string.isEmpty || scalar.string == "~": return
            case .scalar, .sequence, .alias:
                report("is not a list of `key: value` lines", line: root.mark?.line ?? 1)
            }
        } catch let error as YamlError {
            report(error)
        } catch {
            report("is not YAML")
        }
    }

    private mutating func take(_ mapping: Node.Mapping) {
        for (keyNode, valueNode) in mapping {
            let line = keyNode.mark?.line ?? 0
            guard case .scalar(let key) = keyNode else {
                report("a key has to be a plain word", line: line)
                continue
            }
            guard case .scalar(let value) = valueNode else {
                report("takes one plain value", key: key.string, line: line)
                continue
            }
            entries.append(Entry(key: key.string, value: value.string, line: line))
        }
    }

    private mutating func report(_ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            report("is not YAML: \(problem)", line: mark.line)
        case .duplicatedKeysInMapping(let keys, let context):
            report("is given more than once", key: keys.first ?? "", line: context.mark.line)
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            report("is not YAML")
        }
    }

    private mutating func report(_ message: String, key: String = "", line: Int = 0) {
        problems.append(
            ConfigProblem(origin: .file(path: path, line: line), key: key, message: message))
    }
}
