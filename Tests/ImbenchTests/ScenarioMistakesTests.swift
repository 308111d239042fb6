import Testing

@testable import imbench

/// Each mistake has its line, its key and its words, and no other with it.
@Suite struct ScenarioMistakesTests {
    /// A scenario that is right, a key a line.
    static let right = """
        version: imbench/1
        name: x
        seed: 1
        server: {spawn: freeim-server}
        generator: {loops: 1}
        population:
          users: 100
          friends: 2
          groups: [{name: small, count: 2, members: 10}]
        traffic:
          dm: {do: send, to: friend, rate: 10/s}
          g: {do: send, to: group/small, rate: 10/s}
          r: {do: read, rate: 10/s}
        phases:
          - {name: connect, ramp: 50/s, until: all_online}
          - {name: s, for: 10s, use: [dm, g, r]}
          - {name: drain, timeout: 30s, final: sync_all}
        assert:
          all: [loss == 0]
          s: [dm.ack.p99 < 20ms]
          harness: [sched_lag.p99 < 2ms]
        short: {time: 10%}
        """

    /// What the reader says when `old` is replaced.
    private func said(_ old: String, _ new: String) -> [String] {
        #expect(Self.right.contains(old), "\(old)")
        let text = Self.right.replacing(old, with: new)
        return ScenarioReader.read(text: text, path: "x").problems.map {
            String($0.description.dropFirst(2))
        }
    }

    @Test func withoutOneThereIsNone() {
        #expect(said("name: x", "name: y") == [])
    }

    @Test(arguments: [
        ("name: x", "nam: x", "2: nam: there is no such key; `name` is meant?"),
        (
            "seed: 1", "zzzzzz: 1",
            "3: zzzzzz: there is no such key; there are: version, name, about, seed, server, "
                + "generator, population, traffic, phases, assert, baseline, short"
        ),
        (
            "{spawn: f", "{ready: tcp, spwan: f",
            "4: server.spwan: there is no such key; `spawn` is meant?"
        ),
        ("loops: 1", "loop: 1", "5: generator.loop: there is no such key; `loops` is meant?"),
        (
            "users: 100", "user: 100",
            "7: population.user: there is no such key; `users` is meant?"
        ),
        (
            "count: 2", "cuont: 2",
            "9: population.groups.1.cuont: there is no such key; `count` is meant?"
        ),
        (
            "do: read,", "do: read, rtae: 1,",
            "13: traffic.r.rtae: there is no such key; `rate` is meant?"
        ),
        (
            "until: all", "untill: all",
            "15: phases.1.untill: there is no such key; `until` is meant?"
        ),
        (
            "for: 10s", "for: 10s, faults: [{at: 1s, do: storm, shar: 5%}]",
            "16: phases.2.faults.1.shar: there is no such key; `share` is meant?"
        ),
        ("time: 10%", "tme: 10%", "22: short.tme: there is no such key; `time` is meant?"),
    ]) func anUnknownKey(old: String, new: String, says: String) {
        #expect(said(old, new) == [says])
    }

    @Test(arguments: [
        ("version: imbench/1", "version: [1]", "1: version: is one value, not a list"),
        ("version: imbench/1", "version: 1", "1: version: this imbench reads `version: imbench/1`"),
        ("version: imbench/1\n", "", "1: version: is missing; write `version: imbench/1`"),
        ("name: x", "name: ''", "2: name: is empty"),
        (
            "seed: 1", "seed: -1",
            "3: seed: '-1' is not a whole number, 0 to 9223372036854775807"
        ),
        (
            "{spawn: freeim-server}", "freeim-server",
            "4: server: is a list of `key: value`, {…} in one line or indented under it"
        ),
        (
            "spawn: freeim-server", "spawn: ''",
            "4: server.spawn: is a command, such as freeim-server"
        ),
        (
            "spawn: f", "ready: http, spawn: f",
            "4: server.ready: 'http' is not tcp: a server is ready when it accepts there"
        ),
        (
            "spawn: freeim-server", "spawn: f, address: 'h:1'",
            "4: server.address: a server is started (spawn) or there already (address), not both"
        ),
        (
            "spawn: freeim-server", "address: 'h:1'",
            "4: server.address: needs http: HOST:PORT and admin_token_file: FILE beside it"
        ),
        (
            "spawn: freeim-server", "address: h, http: 'h:1', admin_token_file: t",
            "4: server.address: 'h' is not HOST:PORT, such as 127.0.0.1:2000"
        ),
        (
            "spawn: f", "http: 'h:1', spawn: f",
            "4: server.http: goes with address; a spawned server's is its --http flag"
        ),
        ("loops: 1", "loops: 0", "5: generator.loops: '0' is not a whole number, 1 to 16"),
        ("loops: 1", "loops: 17", "5: generator.loops: '17' is not a whole number, 1 to 16"),
        ("loops: 1", "body: xml", "5: generator.body: 'xml' is none of protobuf, json, mixed"),
        ("loops: 1", "proxy: yes", "5: generator.proxy: 'yes' is not true or false"),
        (
            "loops: 1", "sources: 127.0.0.4-127.0.0.1",
            "5: generator.sources: '127.0.0.4-127.0.0.1' is not IPv4 addresses, such as "
                + "127.0.0.1-127.0.0.4"
        ),
        (
            "loops: 1", "ack_interval: 5",
            "5: generator.ack_interval: '5' is not a time such as 500ms, 15s, 2m or 1h, "
                + "a week at most"
        ),
        (
            "time: 10%", "time: 0%",
            "22: short.time: '0%' is not a share such as 50%, above 0 and at most 100%"
        ),
    ]) func theTopServerAndGenerator(old: String, new: String, says: String) {
        #expect(said(old, new) == [says])
    }

    @Test(arguments: [
        (
            "users: 100", "users: 1",
            "7: population.users: '1' is not a whole number, 2 to 100000"
        ),
        (
            "users: 100", "users: 100001",
            "7: population.users: '100001' is not a whole number, 2 to 100000"
        ),
        (
            "users: 100", "users:\n    -5",
            "8: population.users: '-5' is not a whole number, 2 to 100000"
        ),
        (
            "users: 100", "users: 5",
            "9: population.groups.1.members: 10 members are more than the 5 users"
        ),
        (
            "friends: 2", "friends: 3",
            "8: population.friends: 3 is odd; 1 pairs users, an even number makes a ring"
        ),
        (
            "friends: 2", "friends: 100",
            "8: population.friends: 100 users cannot have 100 friends each"
        ),
        (
            "friends: 2", "friends: 101",
            "8: population.friends: '101' is not a whole number, 0 to 100"
        ),
        (
            "friends: 2", "friends: 0",
            "11: traffic.dm.to: nobody has friends (friends: 0)"
        ),
        (
            "friends: 2", "devices_per_user: {1: 50%, 2: 30%}",
            "8: population.devices_per_user: the shares make 80%, not 100%"
        ),
        (
            "friends: 2", "devices_per_user:\n    17:\n      100%",
            "9: population.devices_per_user.17: '17' is not devices of a user, 1 to 16"
        ),
        ("name: small, ", "", "9: population.groups.1: a group needs a name"),
        (
            "name: small", "name: a b",
            "9: population.groups.1.name: 'a b' is not a name of letters, digits, _ and -"
        ),
        (", members: 10", "", "9: population.groups.1: a group needs members: NUMBER"),
        (
            "members: 10}", "members: 10}, {name: small, members: 2}",
            "9: population.groups.2.name: there are two groups named small"
        ),
        (
            "count: 2, members: 10", "count: 100000, members: 100",
            "9: population.groups: count × members make 10000000 memberships; "
                + "there are at most 2000000"
        ),
        (
            "group/small", "group/smal",
            "12: traffic.g.to: there is no group 'smal'; `group/small` is meant?"
        ),
        (
            "  groups: [{name: small, count: 2, members: 10}]\n", "",
            "11: traffic.g.to: there are no groups; population.groups makes them"
        ),
    ]) func thePopulation(old: String, new: String, says: String) {
        #expect(said(old, new) == [says])
    }

    @Test(arguments: [
        (
            "do: read", "do: raed",
            "13: traffic.r.do: 'raed' is none of send, http_send, read, typing, recall, edit, "
                + "react, sync, http_read, sign_in, member, malformed; `read` is meant?"
        ),
        (
            "do: read, ", "",
            "13: traffic.r: needs do: send, http_send, read, typing, recall, edit, react, sync, "
                + "http_read, sign_in, member, malformed, or [steps]"
        ),
        (
            "to: friend, rate: 10/s", "to: friend, rate: 400",
            "11: traffic.dm.rate: '400' is not a rate such as 400/s or 10/m"
        ),
        (
            "to: friend, rate: 10/s", "to: friend",
            "11: traffic.dm: needs rate: 100/s (open loop), or window: 4 (closed loop)"
        ),
        (
            "to: friend, rate: 10/s", "rate: 1/s, window: 4",
            "11: traffic.dm.window: rate (open loop) or window (closed loop), not both"
        ),
        (
            "do: read, rate: 10/s", "do: read, window: 4",
            "13: traffic.r.window: goes with do: send; not with read"
        ),
        (
            "to: friend, rate: 10/s", "arrivals: poisson, window: 4",
            "11: traffic.dm.arrivals: goes with rate: an open loop"
        ),
        (
            "to: friend", "to: friends",
            "11: traffic.dm.to: 'friends' is none of friend, group, group/NAME, any; "
                + "`friend` is meant?"
        ),
        (
            "to: friend", "arrivals: poison",
            "11: traffic.dm.arrivals: 'poison' is none of constant, poisson; "
                + "`poisson` is meant?"
        ),
        ("to: friend", "bytes: 10", "11: traffic.dm.bytes: '10' is not 24 to 60000 bytes"),
        (
            "to: friend", "bytes: {64: 50%, 128: 51%}",
            "11: traffic.dm.bytes: the shares make 101%, not 100%"
        ),
        (
            "to: friend", "bytes: {64: 50, 128: 50%}",
            "11: traffic.dm.bytes.64: '50' is not a share such as 50%, at most 100%"
        ),
        (
            "to: friend", "retry: 120%",
            "11: traffic.dm.retry: '120%' is not a share such as 50%, at most 100%"
        ),
        (
            "do: read", "do: read, retry: 5%",
            "13: traffic.r.retry: goes with do: send; not with read"
        ),
        (
            "do: read", "do: read, of: first",
            "13: traffic.r.of: 'first' is not last_seen: what is read is the newest that arrived"
        ),
        (
            "do: read", "do: sync, limit: 501",
            "13: traffic.r.limit: '501' is not a whole number, 1 to 500"
        ),
        (
            "do: read", "do: sync, direction: foward",
            "13: traffic.r.direction: 'foward' is none of forward, backward, newest; "
                + "`forward` is meant?"
        ),
        (
            "do: read", "do: member, to: any",
            "13: traffic.r.to: member is done to a group: to: group, or group/NAME"
        ),
        (
            "do: read", "do: member, wait: 5",
            "13: traffic.r.wait: '5' is not a time such as 5s, or two such as 5s..30s"
        ),
        (
            "do: read", "do: [offlin]",
            "13: traffic.r.do.1: 'offlin' is none of offline, drop, half_open, online, sync, "
                + "wait, slow; `offline` is meant?"
        ),
        ("do: read", "do: [wait]", "13: traffic.r.do.1: wait needs a time: wait 5s..30s"),
        (
            "do: read", "do: [wait 5]",
            "13: traffic.r.do.1: '5' is not a time such as 5s, or two such as 5s..30s"
        ),
        (
            "do: read", "do: [sync 3]",
            "13: traffic.r.do.1: 'sync 3' is not a step; sync takes nothing more"
        ),
        (
            "do: read", "do: []",
            "13: traffic.r.do: needs steps, such as [offline, wait 5s..30s, online]"
        ),
        (
            "  r: {", "  a.b: {do: typing, rate: 1/s}\n  r: {",
            "13: traffic.a.b: 'a.b' is not a name of letters, digits, _ and -"
        ),
    ]) func traffic(old: String, new: String, says: String) {
        let said = said(old, new).filter { !$0.hasSuffix("no phase uses it") }
        #expect(said == [says])
    }
}
