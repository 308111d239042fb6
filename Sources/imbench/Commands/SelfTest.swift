/// A faulty server, and the checker that has to find it.
struct SelfTest: Sendable {
    let name: String
    /// One in so many; 0: the real server.
    let oneIn: Int
    /// nil: the run has to pass.
    let finds: Violation?
    let says: String
    var isCrashed = false

    var environment: [String: String] {
        oneIn == 0 ? [:] : ["FREEIM_TEST_FAULTS": "\(name)=\(oneIn)"]
    }

    static let cases: [SelfTest] = [
        SelfTest(name: "honest", oneIn: 0, finds: nil, says: "the real server passes"),
        SelfTest(
            name: "drop_push", oneIn: 40, finds: .loss, says: "loss: a push that never comes"),
        SelfTest(name: "double_push", oneIn: 40, finds: .dup, says: "dup: a push that comes twice"),
        SelfTest(
            name: "swap_push", oneIn: 20, finds: .order, says: "order: two pushes change places"),
        SelfTest(
            name: "skip_seq", oneIn: 40, finds: .density, says: "density: a hole in the log"),
        SelfTest(
            name: "disagree", oneIn: 40, finds: .agreement,
            says: "agreement: a device sees another message at a seq"),
        SelfTest(
            name: "late_order", oneIn: 40, finds: .causality,
            says: "causality: acknowledged before, and behind in the log"),
        SelfTest(
            name: "forget", oneIn: 40, finds: .durability,
            says: "durability: acknowledged and not stored"),
        SelfTest(
            name: "vanish", oneIn: 40, finds: .durability,
            says: "durability: seen by devices and not stored"),
        SelfTest(
            name: "ack_early", oneIn: 1, finds: .durability,
            says: "durability: acknowledged before it is on disk, and kill -9", isCrashed: true),
        SelfTest(name: "leak", oneIn: 40, finds: .leak, says: "leak: a push to a stranger"),
        SelfTest(
            name: "phantom", oneIn: 40, finds: .phantom, says: "phantom: a message nobody sent"),
        SelfTest(
            name: "corrupt", oneIn: 40, finds: .corruption, says: "corruption: a changed letter"),
        SelfTest(
            name: "stale_recall", oneIn: 1, finds: .corruption,
            says: "corruption: a recalled text is served"),
        SelfTest(
            name: "wrong_quota", oneIn: 1, finds: .quota,
            says: "quota: too little, or too much, for a device that returns"),
        SelfTest(name: "read_back", oneIn: 5, finds: .receipt, says: "receipt: a cursor goes back"),
        SelfTest(
            name: "sync_hole", oneIn: 3, finds: .syncGap, says: "sync_gap: a page with a hole"),
    ]

    /// A little of everything, for three seconds.
    var scenario: Scenario {
        var scenario = Scenario()
        scenario.name = "selftest-\(name)"
        // Whether the checkers work is asked, not how fast this machine is.
        scenario.isShort = true
        scenario.server.command = [
            "freeim-server", "--offline-single-messages-max", "12",
            "--offline-group-messages-max", "8", "--new-device-messages-max", "6",
        ]
        scenario.population.users = 24
        scenario.population.friends = 2
        scenario.population.devicesPerUser = [(2, 1)]
        scenario.population.groups = [PopulationPlan.Group(name: "small", count: 4, members: 6)]
        scenario.traffic = SelfTest.traffic
        // A crash that returns cursors to what was on disk makes repeats, no violations; it
        // is kept for the fault that needs it.
        var mixed = PhasePlan(
            name: "mixed", kind: .load(seconds: 3), use: Array(scenario.traffic.indices))
        if isCrashed {
            mixed.use = [0, 1]
            mixed.faults = [
                FaultPlan(at: 0.6, kind: .kill9(restartAfter: 0.1), times: 3, every: 0.8)
            ]
        }
        scenario.phases = [
            PhasePlan(
                name: "connect", kind: .connect(perSecond: 500, share: 0.9, timeout: 30)),
            PhasePlan(name: "few", kind: .load(seconds: 0.5), use: [0, 1]),
            PhasePlan(name: "late", kind: .connect(perSecond: 500, share: 1, timeout: 30)),
            mixed,
            PhasePlan(
                name: "drain", kind: .drain(timeout: finds == nil ? 30 : 4, final: .all)),
        ]
        return scenario
    }

    private static let traffic: [TrafficPlan] = {
        func plan(
            _ name: String, _ action: TrafficPlan.Action, _ rate: Double,
            _ target: TrafficPlan.Target = .any
        ) -> TrafficPlan {
            var plan = TrafficPlan(name: name, action: action)
            plan.pace = .open(perSecond: rate, isPoisson: true)
            plan.target = target
            plan.bytes = [(64, 0.8), (600, 0.2)]
            plan.limit = 20
            return plan
        }
        return [
            plan("dm", .send, 150, .friend), plan("group", .send, 60, .anyGroup),
            plan("read", .read, 60), plan("recall", .recall, 8), plan("edit", .edit, 8),
            plan("react", .react, 8), plan("forward", .sync(.forward), 10),
            plan("backward", .sync(.backward), 10),
            plan("member", .member(wait: 0.2...0.5), 2, .anyGroup),
            plan("churn", .steps([.offline, .wait(0.3...1), .online, .sync]), 6),
        ]
    }()
}
