import Testing

@testable import imbench

@Suite struct ServerCommandTests {
    private func command(
        _ words: String, environment: [String: String] = [:],
        programs: [String] = ["/own/freeim-server", "/bin/freeim-server", "/bin/other"]
    ) throws -> ServerCommand {
        var plan = ServerPlan()
        plan.command = words.split(separator: " ").map(String.init)
        plan.environment = environment
        return try ServerCommand(
            plan: plan, folder: "/run",
            surroundings: ServerCommand.Surroundings(
                ownFolder: "/own", path: "/nowhere:/bin", isExecutable: programs.contains))
    }

    private func complaint(_ words: String, programs: [String] = ["/own/freeim-server"]) -> String {
        do {
            _ = try command(words, programs: programs)
            return ""
        } catch {
            let error = error as? BenchError
            return error?.kind == .usage ? error?.description ?? "" : "not a usage error"
        }
    }

    private static let usual = [
        "--data", "/run/data", "--tcp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--ws", "none",
        "--log-level", "error",
    ]

    @Test func noWordsAreTheServerBesideImbench() throws {
        let made = try command("")
        #expect(made.executable == "/own/freeim-server")
        #expect(made.arguments == Self.usual)
        #expect(made.dataFolder == "/run/data")
    }

    @Test func wordsAreKeptAndTheRestIsAdded() throws {
        let made = try command(
            "freeim-server serve --data $TMP --tcp 127.0.0.1:0 --log-level=info --config ${TMP}/c")
        #expect(
            made.arguments == [
                "serve", "--data", "/run/data", "--tcp", "127.0.0.1:0", "--log-level=info",
                "--config", "/run/c", "--http", "127.0.0.1:0", "--ws", "none",
            ])
        #expect(try command("other --data=$TMP").dataFolder == "/run/data")
        #expect(try command("other --data $TMP/own").dataFolder == "/run/own")
    }

    @Test func programsAreFoundInOrder() throws {
        #expect(try command("other").executable == "/bin/other")
        #expect(
            try command("freeim-server", programs: ["/bin/freeim-server"]).executable
                == "/bin/freeim-server")
        #expect(complaint("freeim-server", programs: []).contains("swift build"))
        #expect(complaint("/there/server").contains("no program at /there/server"))
    }

    @Test func onlyLoopbackIsTaken() throws {
        for address in ["0.0.0.0:0", "10.0.0.1:2000", "example.org:1", "127.evil.com:0"] {
            #expect(complaint("freeim-server --tcp \(address)").contains("127.0.0.1 alone"))
        }
        #expect(complaint("freeim-server --http none").contains("needs the http listener"))
        for wrong in ["2000", "127.0.0.1:x", "127.0.0.1:65536"] {
            #expect(complaint("freeim-server --tcp \(wrong)").contains("HOST:PORT"))
        }
        #expect(try command("other --tcp 127.0.0.2:99 --http localhost:0").executable != "")
    }

    @Test func restartsKeepTheirPorts() throws {
        let made = try command("other --http=127.0.0.1:0 --tcp 127.0.0.1:2000")
        #expect(
            made.arguments(tcpPort: 5, httpPort: 6).prefix(3) == [
                "--http=127.0.0.1:6", "--tcp", "127.0.0.1:2000",
            ])
        #expect(made.arguments(tcpPort: 0, httpPort: 0) == made.arguments)
    }

    @Test func quotasAreRead() throws {
        #expect(try command("").quotas == (5_000, 1_000, 50))
        let made = try command(
            "other --offline-single-messages-max 20 --new-device-messages-max=0",
            environment: ["FREEIM_OFFLINE_GROUP_MESSAGES_MAX": "7"])
        #expect(made.quotas == (20, 7, 0))
    }
}
