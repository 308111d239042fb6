import Testing

/// Arrows point down the table of rooms, never up.
@Suite struct ImportTests {
    /// What each target may import of this package.
    static let own: [String: Set<String>] = [
        "CNcurses": [],
        "sql": [],
        "FreeIMProtocol": [],
        "FreeIMCore": ["FreeIMProtocol"],
        "FreeIMText": [],
        "FreeIMHTTPClient": [],
        "FreeIMServer": [
            "FreeIMProtocol", "FreeIMCore", "FreeIMSchema", "FreeIMText", "FreeIMHTTPClient",
        ],
        "freeim-server": ["FreeIMServer"],
        "FreeIMClient": [
            "FreeIMProtocol", "FreeIMCore", "FreeIMSchema", "FreeIMText", "FreeIMHTTPClient",
        ],
        "imtui": ["FreeIMProtocol", "FreeIMCore", "FreeIMClient", "FreeIMHTTPClient", "CNcurses"],
        "imtui-bench": ["FreeIMProtocol", "FreeIMCore", "FreeIMClient"],
        "imbench": ["FreeIMProtocol", "FreeIMCore", "FreeIMHTTPClient"],
    ]

    /// What the lower rooms may import from outside; the others take what the package names.
    static let outside: [String: Set<String>] = [
        "sql": [],
        "FreeIMText": ["Foundation"],
        "FreeIMProtocol": ["NIOCore", "SwiftProtobuf"],
        "FreeIMCore": [
            "NIOCore", "DequeModule", "OrderedCollections", "HeapModule", "Collections",
        ],
    ]

    private static let ourModules = Set(own.keys).union(["FreeIMSchema"])

    private static func imports(of file: Repository.File) -> [String] {
        SwiftText(file.text).lines.compactMap { line in
            var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            while let first = words.first, first.hasPrefix("@") || Self.modifiers.contains(first) {
                words.removeFirst()
            }
            guard words.first == "import", words.count > 1 else { return nil }
            let named = words.count > 2 ? words[2] : words[1]
            return named.split(separator: ".").first.map(String.init)
        }
    }

    private static let modifiers: Set<Substring> = ["public", "package", "internal", "private"]

    @Test(arguments: Repository.sources) func directions(file: Repository.File) throws {
        let target = file.path.hasPrefix("sql/") ? "sql" : file.target
        let allowed = try #require(Self.own[target], "no rule for \(target)")
        for module in Self.imports(of: file) {
            if Self.ourModules.contains(module) {
                #expect(allowed.contains(module), "\(file.path) imports \(module)")
            } else if let outside = Self.outside[target] {
                #expect(outside.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    /// Rule 1: the machines know no clock, no thread and no socket.
    @Test(arguments: Repository.sources.filter { $0.target == "FreeIMCore" })
    func coreIsPure(file: Repository.File) {
        let forbidden = [
            "Foundation", "Dispatch", "NIOPosix", "Date()", "ContinuousClock", ".random", "Task {",
            "Mutex", "SystemRandomNumberGenerator()",
        ]
        let code = SwiftText(file.text).text
        for word in forbidden where code.contains(word) {
            Issue.record("\(file.path): \(word)")
        }
    }
}
