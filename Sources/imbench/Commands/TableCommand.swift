import ArgumentParser
import Foundation
import FreeIMProtocol

/// `imbench bench`: the project's figures in one table, each beside its aim or beside what it is
/// compared with.
struct TableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures server and imbench against the README's aims.",
        discussion: """
            Rows: a 500 pairs in a closed loop, b a group of 500, c 1,000 messages a second in \
            an open loop, d and e 10,000 idle devices and their return (one measurement), f \
            5,000 messages for a device that was away, g WebSocket and h TLS against TCP, i JSON \
            against Protobuf (one after the other on the load of row a), j a super-large group by \
            its members on line, k single chats beside a flood in it (j and k are one \
            measurement). Take a release build: the aims are for one. The exit code is 0 whether \
            an aim is met or not.
            """)
    /// Letters of the rows.
    private static let rows = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]

    @Option(help: "The server's executable; else freeim-server beside this program.")
    var spawn: String?
    @Option(help: "Seconds that each of a, b and c is measured for.") var duration = 10.0
    @Option(help: "Only these rows, such as a,c.") var only = "a,b,c,d,f,g,h,i,j"
    @Option(help: "Members of the group of rows j and k.") var members = 100_000
    @Option(help: "Writes the table as JSON.") var json: String?

    func run() async throws {
        let rows = Set(only.split(separator: ",").map(String.init))
        if let unknown = rows.subtracting(TableCommand.rows).sorted().first {
            throw BenchError(.usage, "there is no row '\(unknown)'; there are a to k")
        }
        guard duration > 0, duration.isFinite else {
            throw BenchError(.usage, "--duration takes seconds above 0")
        }
        let most = try Checked.range(
            members, BenchRows.membersMin...ScenarioReader.usersMax, "--members")
        let bench = BenchRows(spawn: spawn, duration: duration)
        var figures: [BenchFigure] = []
        if rows.contains("a") { figures += try await bench.pairs() }
        if rows.contains("b") { figures += try await bench.group() }
        if rows.contains("c") { figures += try await bench.openLoop() }
        if !rows.isDisjoint(with: ["d", "e"]) { figures += try await bench.idle() }
        if rows.contains("f") { figures += try await bench.offline() }
        if !rows.isDisjoint(with: ["g", "h", "i"]) {
            figures += try await bench.transports(rows.intersection(["g", "h", "i"]))
        }
        if !rows.isDisjoint(with: ["j", "k"]) {
            figures += try await bench.largeGroup(members: most)
        }
        print("")
        for figure in figures { print(figure.line) }
        if let json {
            let table = JSONValue.array(figures.map(\.value))
            try Data(try table.bytes()).write(to: URL(fileURLWithPath: json))
        }
    }
}
