import Testing

@testable import imbench

/// Mistakes in phases, faults, assertions and the baseline.
@Suite struct ScenarioPhaseMistakesTests {
    private func said(_ old: String, _ new: String) -> [String] {
        let right = ScenarioMistakesTests.right
        #expect(right.contains(old), "\(old)")
        return ScenarioReader.read(text: right.replacing(old, with: new), path: "x").problems.map {
            String($0.description.dropFirst(2))
        }
    }

    private static let drain = "  - {name: drain, timeout: 30s, final: sync_all}\n"

    @Test(arguments: [
        (
            "for: 10s, ", "",
            "16: phases.2: s has no end; write for: 60s, or ramp: 200/s and until: all_online, "
                + "or timeout: 60s and final: sync_all"
        ),
        (
            "for: 10s", "for: 10s, final: sync_all",
            "16: phases.2: s has for and final; a phase ends in one way"
        ),
        (
            "for: 10s", "for: 10s, timeout: 5s",
            "16: phases.2.timeout: goes with ramp or final; this phase ends after its `for`"
        ),
        (
            "for: 10s", "for: 10",
            "16: phases.2.for: '10' is not a time such as 500ms, 15s, 2m or 1h, a week at most, "
                + "above 0"
        ),
        (
            "for: 10s", "for: 0s",
            "16: phases.2.for: '0s' is not a time such as 500ms, 15s, 2m or 1h, a week at most, "
                + "above 0"
        ),
        (
            "timeout: 30s, ", "",
            "17: phases.3.final: needs timeout: 60s beside it; else it could last for ever"
        ),
        (
            "final: sync_all", "final: sync_al",
            "17: phases.3.final: 'sync_al' is none of sync_all, sync_one, none; "
                + "`sync_all` is meant?"
        ),
        ("ramp: 50/s", "ramp: 50", "15: phases.1.ramp: '50' is not a rate such as 400/s or 10/m"),
        (
            "ramp: 50/s", "ramp: 50/s, share: 0%",
            "15: phases.1.share: '0%' is not a share such as 50%, above 0 and at most 100%"
        ),
        (
            "until: all_online", "until: some",
            "15: phases.1.until: 'some' is none of all_online"
        ),
        ("for: 10s", "for: 10s, share: 5%", "16: phases.2.share: goes with ramp: 200/s"),
        ("for: 10s", "for: 10s, record: no", "16: phases.2.record: 'no' is not true or false"),
        ("name: drain, ", "", "17: phases.3: a phase needs a name"),
        ("name: drain", "name: connect", "17: phases.3.name: there are two phases named connect"),
        (
            "name: drain", "name: all",
            "17: phases.3.name: a phase cannot be named all: assertions mean another thing"
        ),
        (
            "[dm, g, r]", "[dm, g, rr]",
            "16: phases.2.use.3: there is no traffic named rr; `r` is meant?"
        ),
        ("[dm, g, r]", "[dm, g, r, dm]", "16: phases.2.use.4: dm is used twice"),
        ("[dm, g, r]", "[dm, g]", "13: traffic.r: no phase uses it"),
        (
            ", use: [dm, g, r]", "",
            "16: phases.2: s needs use: [names of traffic], or [] to leave devices idle"
        ),
        (
            "until: all_online", "use: [dm]",
            "15: phases.1.use: only a phase with `for` makes load"
        ),
        (
            "  - {name: connect, ramp: 50/s, until: all_online}\n", "",
            "15: phases.1: nobody is on line yet; the first phase connects: {name: connect, "
                + "ramp: 200/s, until: all_online}"
        ),
        (
            drain, "",
            "16: phases.2: the last phase waits for what is under way: {name: drain, "
                + "timeout: 60s, final: sync_all}"
        ),
    ]) func phases(old: String, new: String, says: String) {
        let said = said(old, new)
        #expect(said.first == says)
        #expect(said.allSatisfy { $0 == says || $0.hasSuffix("no phase uses it") }, "\(said)")
    }

    @Test func withoutPhasesThereIsNothingToRun() {
        let right = ScenarioMistakesTests.right
        let head = right[..<(right.range(of: "phases:")?.lowerBound ?? right.endIndex)]
        func said(_ text: String) -> [String] {
            ScenarioReader.read(text: text, path: "x").problems.map(\.description)
        }
        #expect(
            said(String(head)).first
                == "x:1: phases: is missing; a scenario needs phases that end")
        #expect(said(head + "phases: []\n").contains("x:14: phases: needs a phase"))
    }

    @Test(arguments: [
        ("{do: storm}", ": needs at: 10s, from the phase's beginning"),
        (
            "{at: 1s}",
            ": needs do: kill9, stop, drain, disk_full, cut, reset, delay, freeze, "
                + "storm, half_open, malformed, clock_step"
        ),
        (
            "{at: 1s, do: kil9}",
            ".do: 'kil9' is none of kill9, stop, drain, disk_full, cut, reset, delay, freeze, "
                + "storm, half_open, malformed, clock_step; `kill9` is meant?"
        ),
        ("{at: 10s, do: kill9}", ".at: it would come at 10 s, and the phase ends after 10 s"),
        (
            "{at: 1s, do: kill9, times: 4, every: 3s}",
            ".times: the last one would come at 10 s, and the phase ends after 10 s"
        ),
        ("{at: 1s, do: kill9, times: 4}", ".times: needs every: 5s beside it"),
        ("{at: 1s, do: kill9, every: 4s}", ".every: goes with times: 3"),
        (
            "{at: 1s, do: kill9, share: 5%}",
            ".share: goes with do: cut, reset, freeze, storm, half_open; not with kill9"
        ),
        (
            "{at: 1s, do: storm, share: 101%}",
            ".share: '101%' is not a share such as 50%, above 0 and at most 100%"
        ),
        ("{at: 1s, do: stop}", ": stop needs for: 3s"),
        ("{at: 1s, do: delay, for: 3s}", ": delay needs by: 200ms"),
        ("{at: 1s, do: clock_step}", ": clock_step needs by: -1h"),
        (
            "{at: 1s, do: malformed, connections: 0}",
            ".connections: '0' is not a whole number, 1 to 10000"
        ),
    ]) func faults(fault: String, says: String) {
        #expect(
            said("for: 10s", "for: 10s, faults: [\(fault)]") == ["16: phases.2.faults.1" + says])
    }

    @Test func faultsOfTheServersProcessNeedOneOfItsOwn() {
        let address = "server: {address: 'h:1', http: 'h:2', admin_token_file: t}"
        for fault in [
            "kill9", "stop, for: 1s", "drain", "disk_full, for: 1s", "clock_step, by: 1h",
        ] {
            let text = ScenarioMistakesTests.right
                .replacing("server: {spawn: freeim-server}", with: address)
                .replacing("for: 10s", with: "for: 10s, faults: [{at: 1s, do: \(fault)}]")
            let name = fault.split(separator: ",").first.map(String.init) ?? ""
            #expect(
                ScenarioReader.read(text: text, path: "x").problems.map(\.description) == [
                    "x:16: phases.2.faults.1.do: \(name) is done to a server of imbench's own "
                        + "(spawn), not to an address"
                ])
        }
        let text = ScenarioMistakesTests.right
            .replacing("server: {spawn: freeim-server}", with: address)
            .replacing("for: 10s", with: "for: 10s, faults: [{at: 1s, do: cut}]")
        #expect(ScenarioReader.read(text: text, path: "x").problems == [])
    }

    @Test(arguments: [
        (
            "  s: [dm", "  ss: [dm",
            "20: assert.ss: is neither all, harness nor a phase's name; `s` is meant?"
        ),
        ("loss == 0", "los == 0", "19: assert.all.1: there is no metric los; `loss` is meant?"),
        (
            "dm.ack.p99", "dm.akc.p99",
            "20: assert.s.1: there is no metric dm.akc.p99; `dm.ack.p99` is meant?"
        ),
        (
            "dm.ack.p99", "zzzzzzzzz",
            "20: assert.s.1: there is no metric zzzzzzzzz; docs/imbench.md lists them"
        ),
        (
            "< 20ms", "< 20",
            "20: assert.s.1: '20' is not a time such as 500ms, 15s, 2m or 1h, a week at most, "
                + "nor a metric"
        ),
        (
            "loss == 0", "loss == 0ms",
            "19: assert.all.1: '0ms' is not a number without unit, nor a metric"
        ),
        (
            "loss == 0", "loss==0",
            "19: assert.all.1: 'loss==0' is not METRIC OP BOUND, such as dm.ack.p99 < 20ms "
                + "(OP: <, <=, >, >=, ==, !=)"
        ),
        (
            "loss == 0", "loss = 0",
            "19: assert.all.1: 'loss = 0' is not METRIC OP BOUND, such as dm.ack.p99 < 20ms "
                + "(OP: <, <=, >, >=, ==, !=)"
        ),
        ("[loss == 0]", "loss == 0", "19: assert.all: is a list: [a, b]"),
        (
            "loss == 0", "sent == sched_lag.p99",
            "19: assert.all.1: sent and sched_lag.p99 are not of one unit"
        ),
        (
            "dm.ack.p99", "repeats == 0, dm.ack.p99",
            "20: assert.s.1: repeats is one of the whole run; assert it under all"
        ),
        (
            "dm.ack.p99", "r.ack.p99",
            "20: assert.s.1: r has no answers that could be measured"
        ),
        (
            "dm.ack.p99", "r.deliver.p99",
            "20: assert.s.1: r sends no messages, so none is delivered"
        ),
        ("  s: [dm", "  drain: [dm", "20: assert.drain.1: drain does not use dm"),
        (
            "sched_lag.p99 < 2ms", "loss == 0",
            "21: assert.harness.1: loss does not measure the generator; there are: sched_lag, "
                + "checker_lag, generator_cpu, generator_rss, device_bytes, achieved_rate"
        ),
        (
            "short: {time: 10%}", "baseline: {file: a, max_worse: {dm.ack.p98: 5%}}",
            "22: baseline.max_worse.dm.ack.p98: there is no such metric; "
                + "docs/imbench.md lists them"
        ),
        (
            "short: {time: 10%}", "baseline: {file: a, max_worse: {s.dm.ack.p99: 5}}",
            "22: baseline.max_worse.s.dm.ack.p99: '5' is not a share such as 50%"
        ),
        (
            "short: {time: 10%}", "baseline: {max_worse: {}}",
            "22: baseline: needs file: a report that an earlier run wrote with --json"
        ),
    ]) func assertions(old: String, new: String, says: String) {
        #expect(said(old, new) == [says])
    }
}
