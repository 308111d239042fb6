import Testing

/// What is left out: traps on outside data, silenced checks, unfinished work, vague names.
@Suite struct WordTests {
    @Test(arguments: Repository.sources) func noTraps(file: Repository.File) {
        for (index, line) in SwiftText(file.text).lines.enumerated() {
            for word in ["try!", "as!", "fatalError"] where line.contains(word) {
                Issue.record("\(file.path):\(index + 1): \(word)")
            }
            if Self.unwrapsByForce(line) {
                Issue.record("\(file.path):\(index + 1): an unwrapping !: \(line)")
            }
        }
    }

    private static func unwrapsByForce(_ line: Substring) -> Bool {
        var previous: Character = " "
        for (character, next) in zip(line, line.dropFirst() + " ") {
            if character == "!", next != "=",
                previous.isLetter || previous.isNumber || ")]_\"?".contains(previous)
            {
                return true
            }
            previous = character
        }
        return false
    }

    /// The compiler's checks are silenced only where a comment names what guards the value.
    @Test(arguments: Repository.sources) func silencedChecksNameTheirGuard(file: Repository.File) {
        let lines = file.lines
        for (index, line) in SwiftText(file.text).lines.enumerated()
        where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
            let before = lines[max(0, index - 4)...index]
            #expect(
                before.contains { $0.contains("//") }, "\(file.path):\(index + 1) names no guard")
        }
    }

    @Test(arguments: Repository.sources + Repository.scripts)
    func nothingUnfinished(file: Repository.File) {
        let unfinished = ["TODO", "FIXME", "XXX", "HACK", "stub", "placeholder", "not implemented"]
        for (index, line) in file.lines.enumerated() {
            for word in unfinished
            where Self.words(line).contains(word) || line.contains(word + ":") {
                Issue.record("\(file.path):\(index + 1): \(word)")
            }
        }
    }

    private static func words(_ line: Substring) -> Set<String> {
        Set(line.split { !$0.isLetter }.map(String.init))
    }

    @Test(arguments: Repository.sources + Repository.tests)
    func noVagueNames(file: Repository.File) {
        let kinds: Set<Substring> = ["struct", "class", "enum", "actor", "protocol", "typealias"]
        let vague = ["Manager", "Helper", "Util", "Utils", "Utility"]
        for ending in vague {
            #expect(!file.name.hasSuffix(ending + ".swift"), "\(file.path)")
        }
        for (index, line) in SwiftText(file.text).lines.enumerated() {
            let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
            for (kind, name) in zip(words, words.dropFirst()) where kinds.contains(kind) {
                if vague.contains(where: { name.hasSuffix($0) }) {
                    Issue.record("\(file.path):\(index + 1): \(name)")
                }
            }
        }
    }

    /// Tests wait on events; time passes only where a machine is told that it did.
    @Test(arguments: Repository.tests + Repository.scripts)
    func nobodySleeps(file: Repository.File) {
        let lines = file.isSwift ? SwiftText(file.text).lines : file.lines
        for (index, line) in lines.enumerated() {
            for word in ["Task.sleep", "Thread.sleep", "usleep(", "time.sleep", "asyncio.sleep"]
            where line.contains(word) {
                Issue.record("\(file.path):\(index + 1): \(word)")
            }
            if line.split(separator: " ").first == "sleep" || line.contains(" sleep(") {
                Issue.record("\(file.path):\(index + 1): sleep")
            }
        }
    }

    @Test(arguments: Repository.tests) func suitesAreNamedAsTheirFiles(file: Repository.File) {
        let suites = SwiftText(file.text).lines.filter { $0.contains("@Suite") }
        guard let first = suites.first, suites.count == 1 else { return }
        let name = String(file.name.dropLast(".swift".count))
        let base = name.split(separator: "+").first.map(String.init) ?? name
        #expect(first.contains(base) || first.contains("extension"), "\(file.path)")
    }
}
