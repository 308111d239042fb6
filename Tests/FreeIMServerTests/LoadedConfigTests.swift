import Testing

@testable import FreeIMServer

@Suite struct LoadedConfigTests {
    private func problems(file text: String) -> [String] {
        var loaded = LoadedConfig()
        loaded.take(ConfigFile(path: "f.yaml", text: text))
        return loaded.problems.map(\.description)
    }

    @Test func flagsWinThenEnvironmentThenFile() {
        var loaded = LoadedConfig()
        loaded.take(
            ConfigFile(path: "f", text: "drain-seconds: 1\nread-threads: 3\nheartbeat-seconds: 7"))
        #expect(loaded.config.drainSeconds == 1)
        let line = ServerCommandLine(
            arguments: ["serve", "--drain-seconds", "9", "--tcp=none"],
            environment: [
                "FREEIM_DRAIN_SECONDS": "4", "FREEIM_READ_THREADS": "5", "FREEIM_TCP": "",
            ])
        #expect(line.problems == [])
        #expect(line.loaded.config.drainSeconds == 9)
        #expect(line.loaded.config.readThreads == 5)
        #expect(line.loaded.config.tcp == nil)
        #expect(line.loaded.config.heartbeatSeconds == 30)
    }

    @Test func theLastOfAFlagCounts() {
        let line = ServerCommandLine(
            arguments: ["--log-level", "debug", "--log-level", "error"], environment: [:])
        #expect(line.loaded.config.logLevel == .error)
        #expect(line.command == .run(.serve))
    }

    @Test func everyKeyIsRefusedWhatItDoesNotTake() {
        for setting in Setting.all {
            let bad: String
            switch setting.kind {
            case .path, .optionalPath: continue
            case .integer(_, _, let range): bad = String(range.upperBound + 1)
            case .text(_, _, let most): bad = String(repeating: "x", count: most + 1)
            case .listener, .optionalURL, .flag, .choice: bad = "nonsense"
            }
            let loaded = LoadedConfig(
                flags: [(setting.key, bad)], environment: [setting.variable: bad])
            let said = loaded.problems.map(\.description)
            #expect(said.count == 2)
            #expect(said.first?.hasPrefix("\(setting.variable): ") == true)
            #expect(said.last?.hasPrefix("\(setting.flag): ") == true)
        }
    }

    @Test func everyKeyTakesItsOwnDefault() {
        for setting in Setting.all {
            let standard = setting.text(in: ServerConfig())
            if standard.isEmpty { continue }
            let loaded = LoadedConfig(flags: [(setting.key, standard)])
            #expect(loaded.problems == [])
            #expect(loaded.config == ServerConfig())
        }
    }

    @Test func everyIntegerTakesBothEndsOfItsRange() {
        for setting in Setting.all {
            guard case .integer(let path, _, let range) = setting.kind else { continue }
            for value in [range.lowerBound, range.upperBound] {
                let loaded = LoadedConfig(flags: [(setting.key, String(value))])
                #expect(loaded.problems == [])
                #expect(loaded.config[keyPath: path] == value)
            }
            for value in [range.lowerBound - 1, range.upperBound + 1] {
                #expect(LoadedConfig(flags: [(setting.key, String(value))]).problems.count == 1)
            }
        }
    }

    @Test func fileProblemsNameKeyAndLine() {
        let said = problems(
            file: """
                # a comment
                heartbeet-seconds: 3
                frame-bytes-max: 1

                http: [1]
                read-threads: many
                """)
        #expect(
            said == [
                "f.yaml:2: heartbeet-seconds: there is no such setting; "
                    + "did you mean heartbeat-seconds?",
                "f.yaml:3: frame-bytes-max: 1 is out of range: 2048 ... 16777216 bytes",
                "f.yaml:5: http: takes one plain value",
                "f.yaml:6: read-threads: \"many\" is not a whole number of threads",
            ])
    }

    @Test func filesThatAreNotSettings() {
        #expect(problems(file: "- tcp").first?.hasPrefix("f.yaml:1: ") == true)
        #expect(problems(file: "just text").first?.hasPrefix("f.yaml:1: ") == true)
        #expect(problems(file: "tcp: a\n  b: c").first?.hasPrefix("f.yaml:2: is not YAML") == true)
        #expect(problems(file: "a\u{0}b").count == 1)
        #expect(problems(file: "tcp: none\ntcp: none").first?.contains("more than once") == true)
        #expect(problems(file: "") == [])
        #expect(problems(file: "# nothing\n") == [])
        let absent = LoadedConfig(file: "/no/such/file")
        #expect(absent.problems.first?.description.contains("cannot be read") == true)
    }

    @Test func certificatesThatCannotBeUsed() {
        let line = ServerCommandLine(
            arguments: ["--tls-cert", "/no/c.pem", "--tls-key=/no/k.pem"], environment: [:])
        #expect(line.problems.map(\.key) == ["tls-cert"])
        #expect(line.problems.first?.message.contains("No such file") == true)
        let half = ServerCommandLine(arguments: ["--tls-key", "k.pem"], environment: [:])
        #expect(half.problems.map(\.key) == ["tls-key"])
        let origins = ServerCommandLine(arguments: ["--ws-origins", "chat"], environment: [:])
        #expect(origins.problems.map(\.key) == ["ws-origins"])
    }

    @Test func argumentsThatAreNoFlags() {
        let missing = ServerCommandLine(arguments: ["--drain-seconds"], environment: [:])
        #expect(
            missing.problems.map(\.description) == ["--drain-seconds: a value is missing behind it"]
        )
        let unknown = ServerCommandLine(
            arguments: ["--drain-second", "3", "--tcp", "none"], environment: [:])
        #expect(unknown.problems.map(\.key) == ["drain-second"])
        #expect(unknown.problems.first?.message.contains("--drain-seconds?") == true)
        #expect(unknown.loaded.config.tcp == nil)
        let word = ServerCommandLine(arguments: ["server"], environment: [:])
        #expect(word.problems.count == 1)
        #expect(
            ServerCommandLine(arguments: ["check-config"], environment: [:]).command
                == .run(.checkConfig)
        )
        #expect(ServerCommandLine(arguments: ["-h"], environment: [:]).command == .help([]))
        let help = ServerCommandLine(
            arguments: ["serve", "--nonsense", "--help"], environment: [:])
        #expect(help.command == .help([]) && help.problems.isEmpty)
    }

    @Test func listenersThatCannotGoTogether() {
        let same = LoadedConfig(flags: [("tcp", "127.0.0.1:9"), ("http", "127.0.0.1:9")])
        #expect(same.problems.map(\.key) == ["http"])
        let zero = LoadedConfig(flags: [("tcp", "127.0.0.1:0"), ("http", "127.0.0.1:0")])
        #expect(zero.problems == [])
        let off = LoadedConfig(flags: [("tcp", "none"), ("ws", "none"), ("http", "none")])
        #expect(off.problems.count == 1)
    }

    @Test func misspelledVariablesAreNoted() {
        let loaded = LoadedConfig(environment: ["FREEIM_TPC": "x", "FREEIM_ELSEWHERE": "y"])
        #expect(loaded.notes == ["FREEIM_TPC is not a setting; did you mean FREEIM_TCP?"])
        #expect(loaded.problems == [])
    }

    @Test func helpNamesEverySetting() {
        let help = ServerHelp.text()
        for setting in Setting.all {
            #expect(help.contains("  \(setting.flag) "))
            #expect(setting.help.hasSuffix("."))
        }
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= ServerHelp.columnsMax })
        #expect(Set(Setting.all.map(\.key)).count == Setting.all.count)
    }
}
