import Yams

/// A value in a scenario file with its place; reading it wrongly leaves a problem.
struct ScenarioField {
    /// The problems of one file, gathered while it is read.
    final class Problems {
        let path: String
        private(set) var list: [ScenarioProblem] = []

        init(path: String) {
            self.path = path
        }

        func add(_ line: Int, _ key: String, _ words: String) {
            list.append(ScenarioProblem(path: path, line: line, key: key, words: words))
        }
    }

    let node: Node
    let key: String
    let problems: Problems
    /// The line of its key; nil: it has none.
    var keyLine: Int?

    /// From 1.
    var line: Int { node.mark?.line ?? 1 }

    /// Says what is wrong here.
    func wrong(_ words: String) { problems.add(line, key, words) }

    /// Says what is wrong with its key, which may stand a line above.
    func wrongKey(_ words: String) { problems.add(keyLine ?? line, key, words) }

    private func child(_ name: String, _ node: Node, keyLine: Int? = nil) -> ScenarioField {
        ScenarioField(
            node: node, key: key.isEmpty ? name : "\(key).\(name)", problems: problems,
            keyLine: keyLine)
    }

    // MARK: Collections

    /// The fields of a mapping, in order, whatever they are called; nil: it is none.
    func pairs() -> [(name: String, field: ScenarioField)]? {
        guard case .mapping(let mapping) = node else {
            wrong("is a list of `key: value`, {…} in one line or indented under it")
            return nil
        }
        return mapping.map { pair in
            let name = pair.key.scalar?.string ?? ""
            return (name, child(name, pair.value, keyLine: pair.key.mark?.line))
        }
    }

    /// The fields of a mapping with these keys; another one is a problem.
    func fields(_ allowed: [String]) -> [String: ScenarioField] {
        guard case .mapping(let mapping) = node else {
            wrong("is a list of `key: value`, {…} in one line or indented under it")
            return [:]
        }
        var found: [String: ScenarioField] = [:]
        for pair in mapping {
            let name = pair.key.scalar?.string ?? ""
            guard allowed.contains(name) else {
                let meant =
                    ScenarioKeys.nearest(name, allowed).map { "; `\($0)` is meant?" }
                    ?? "; there are: \(allowed.joined(separator: ", "))"
                problems.add(
                    pair.key.mark?.line ?? line, key.isEmpty ? name : "\(key).\(name)",
                    "there is no such key\(meant)")
                continue
            }
            found[name] = child(name, pair.value, keyLine: pair.key.mark?.line)
        }
        return found
    }

    /// The items of a list; nil: it is none.
    func items() -> [ScenarioField]? {
        guard case .sequence(let sequence) = node else {
            wrong("is a list: [a, b]")
            return nil
        }
        return sequence.enumerated().map { child("\($0.offset + 1)", $0.element) }
    }

    // MARK: Values

    var text: String? {
        guard case .scalar(let scalar) = node else {
            wrong("is one value, not a list")
            return nil
        }
        return scalar.string
    }

    private func value<T>(_ words: String, _ parse: (String) -> T?) -> T? {
        guard let text else { return nil }
        if let value = parse(text) { return value }
        wrong("'\(text)' is not \(words)")
        return nil
    }

    func integer(_ range: ClosedRange<Int>) -> Int? {
        value("a whole number, \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func flag() -> Bool? {
        value("true or false") { ["true": true, "false": false][$0] }
    }

    func word<T>(_ words: [(String, T)]) -> T? {
        guard let text else { return nil }
        if let found = words.first(where: { $0.0 == text }) { return found.1 }
        let names = words.map(\.0)
        let meant = ScenarioKeys.nearest(text, names).map { "; `\($0)` is meant?" } ?? ""
        wrong("'\(text)' is none of \(names.joined(separator: ", "))\(meant)")
        return nil
    }

    static let nameWords = "a name of letters, digits, _ and -"

    /// Whether that can stand between the points of a metric's name.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-")
            }
    }

    func name() -> String? {
        value(ScenarioField.nameWords) { ScenarioField.isName($0) ? $0 : nil }
    }

    func time(isSigned: Bool = false) -> Double? {
        value(Quantity.timeWords) { Quantity.time($0, isSigned: isSigned) }
    }

    /// A time that is not 0.
    func length() -> Double? {
        value(Quantity.timeWords + ", above 0") { text in
            Quantity.time(text).flatMap { $0 > 0 ? $0 : nil }
        }
    }

    func times() -> ClosedRange<Double>? {
        value(Quantity.timesWords) { Quantity.times($0) }
    }

    func rate() -> Double? { value(Quantity.rateWords) { Quantity.rate($0) } }

    /// 0 to 100 %; or more with `isFree`.
    func share(isFree: Bool = false) -> Double? {
        value(Quantity.shareWords + (isFree ? "" : ", at most 100%")) {
            Quantity.share($0, isFree: isFree)
        }
    }

    /// More than 0, at most 100 %.
    func part() -> Double? {
        value(Quantity.shareWords + ", above 0 and at most 100%") { text in
            Quantity.share(text).flatMap { $0 > 0 ? $0 : nil }
        }
    }

    /// A number, or numbers with their shares, which have to make 100 %.
    func spread(_ words: String, _ parse: (String) -> Int?) -> [(Int, Double)]? {
        guard case .mapping = node, let pairs = pairs() else {
            return value(words, parse).map { [($0, 1)] }
        }
        var spread: [(Int, Double)] = []
        for (name, field) in pairs {
            guard let number = parse(name) else {
                field.wrongKey("'\(name)' is not \(words)")
                return nil
            }
            guard let share = field.share() else { return nil }
            spread.append((number, share))
        }
        let sum = spread.reduce(0) { $0 + $1.1 }
        if abs(sum - 1) > 1e-6 {
            wrong("the shares make \(Int((sum * 100).rounded()))%, not 100%")
            return nil
        }
        return spread
    }
}
