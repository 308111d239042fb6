/// One scenario: what runs against which server, for how long, and what has to hold.
///
/// A value read from YAML (`ScenarioReader`) or made by a command; times are in seconds.
struct Scenario: Sendable {
    /// What stands at the top of every file.
    static let version = "imbench/1"

    var name = "run"
    var about = ""
    var seed: UInt64 = 1
    var server = ServerPlan()
    var generator = GeneratorPlan()
    var population = PopulationPlan()
    /// In the file's order; phases name them by index.
    var traffic: [TrafficPlan] = []
    var phases: [PhasePlan] = []
    var assertions: [Assertion] = []
    var baseline: BaselinePlan?
    /// How a short run differs; nil: `ShortForm()`.
    var short = ShortForm()
    /// Whether this is the short form: correctness is judged, speed is not.
    var isShort = false
    /// The file's text, as read; empty for one made by a command.
    var text = ""
    /// SHA-256 of `text`, hexadecimal.
    var hash = ""
}

extension Scenario {
    /// The most devices that are on line at once.
    var devicesOnLine: Int {
        let shares = phases.map { phase in
            if case .connect(_, let share, _) = phase.kind { share } else { 0.0 }
        }
        return Int((Double(population.devices) * (shares.max() ?? 1)).rounded(.up))
    }
}

/// The server that a run is made against.
struct ServerPlan: Sendable, Equatable {
    /// Words of the command that starts it, `$TMP` standing for a folder of its own; empty: the
    /// `freeim-server` beside imbench. Addresses that are not named are added with port 0.
    var command: [String] = []
    /// Environment added for it.
    var environment: [String: String] = [:]
    /// HOST:PORT of the listener of a running server that devices use; nil: one is started.
    var address: String?
    /// HOST:PORT of its HTTP listener, and the file with its admin token; with `address`.
    var http: String?
    var adminTokenFile: String?
}

/// What simulates the devices.
struct GeneratorPlan: Sendable, Equatable {
    /// Event loops, 1 ... 16.
    var loops = 1
    /// IPv4 addresses that connections come from; empty: the system chooses.
    var sources: [String] = []
    var transport = TransportPlan()
    var body = BodyChoice.protobuf
    /// Whether every connection goes through the built-in proxy. Faults on it turn it on too.
    var isProxied = false
    /// Messages after which a device acknowledges, and the milliseconds after which it does anyway.
    var ackEvery = 32
    var ackIntervalMs: Int64 = 200
}

/// Who takes part.
struct PopulationPlan: Sendable, Equatable {
    struct Group: Sendable, Equatable {
        var name: String
        /// Groups of that kind.
        var count = 1
        /// Members of each, 2 ... users.
        var members = 2
    }

    /// 2 ... 100,000.
    var users = 100
    /// Share of users with so many devices (1 ... 16); the shares sum to 1.
    var devicesPerUser: [(devices: Int, share: Double)] = [(1, 1)]
    /// Friends of each user, 0 ... 100: 1 pairs users, an even number makes a ring.
    var friends = 1
    /// So many of the users, the first ones, have friends; nil: all. Not for files.
    var friendUsers: Int?
    var groups: [Group] = []

    static func == (left: PopulationPlan, right: PopulationPlan) -> Bool {
        left.users == right.users && left.friends == right.friends && left.groups == right.groups
            && left.friendUsers == right.friendUsers
            && left.devicesPerUser.map(\.devices) == right.devicesPerUser.map(\.devices)
            && left.devicesPerUser.map(\.share) == right.devicesPerUser.map(\.share)
    }

    /// How many devices the user with that number (from 0) has; the same in every run.
    func devices(ofUser number: Int) -> Int {
        // Spread by a fixed ratio, so that any stretch of users has about the wanted mix.
        let at = (Double(number) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
        var sum = 0.0
        for (devices, share) in devicesPerUser {
            sum += share
            if at < sum { return devices }
        }
        return devicesPerUser.last?.devices ?? 1
    }

    /// Devices of all users.
    var devices: Int { (0..<users).reduce(0) { $0 + devices(ofUser: $1) } }
}

/// One kind of load.
struct TrafficPlan: Sendable, Equatable {
    /// What is done.
    enum Action: Sendable, Equatable {
        /// A text to `target`.
        case send
        /// The same over HTTP, `/message/send.message`.
        case httpSend
        /// A read receipt of the newest message that a device has.
        case read
        case typing
        /// A recall, an edit, a reaction: each of a message of the device's own that was
        /// acknowledged lately (a reaction: of any that it has).
        case recall, edit, react
        /// A page asked for, from the start, from the end, or at a place in the middle.
        case sync(SyncDirection)
        /// `/chatroom/chatroom.list` and `/message/sync` over HTTP, in turn.
        case httpRead
        /// A new connection that signs in with account and password, and leaves.
        case signIn
        /// A member is removed from a group, and added again after `wait`.
        case member(wait: ClosedRange<Double>)
        /// Frames that no honest client sends, on connections of their own.
        case malformed
        /// One device does these, one after the other.
        case steps([Step])
    }

    enum SyncDirection: String, Sendable, CaseIterable {
        case forward, backward, newest
    }

    /// What one device does on its own.
    enum Step: Sendable, Equatable {
        /// Ends its connection with Quit.
        case offline
        /// Drops its connection without a word (the network changed).
        case drop
        /// Leaves its connection open and silent behind it, unread; the next one replaces it.
        case halfOpen
        /// Connects, and waits until it is authenticated.
        case online
        /// Stops reading for so long.
        case slow(ClosedRange<Double>)
        case wait(ClosedRange<Double>)
        /// Pulls what it does not hold, in every conversation.
        case sync
    }

    enum Pace: Sendable, Equatable {
        /// So many a second of all devices together, whatever the answers do.
        case open(perSecond: Double, isPoisson: Bool)
        /// So many unanswered ones of each device.
        case closed(window: Int)
    }

    /// Whom sends go to.
    enum Target: Sendable, Equatable {
        case friend
        /// Groups of that name.
        case group(String)
        case anyGroup
        /// Friends and groups alike.
        case any
    }

    var name: String
    var action: Action
    var pace = Pace.open(perSecond: 100, isPoisson: false)
    var target = Target.friend
    /// Bytes of a text with their shares (which sum to 1); 24 ... 60,000.
    var bytes: [(bytes: Int, share: Double)] = [(200, 1)]
    /// Share of sends that are sent twice with the same ClientMessageId.
    var retry = 0.0
    /// Whether one user alone does it.
    var isSingleSender = false
    /// Messages of a page asked for.
    var limit = 100

    static func == (left: TrafficPlan, right: TrafficPlan) -> Bool {
        left.name == right.name && left.action == right.action && left.pace == right.pace
            && left.target == right.target && left.retry == right.retry
            && left.isSingleSender == right.isSingleSender && left.limit == right.limit
            && left.bytes.map(\.bytes) == right.bytes.map(\.bytes)
            && left.bytes.map(\.share) == right.bytes.map(\.share)
    }
}

/// A stretch of a run.
struct PhasePlan: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Connects devices, so many a second, until `share` of all is on line.
        case connect(perSecond: Double, share: Double, timeout: Double)
        /// Runs `use` for so long.
        case load(seconds: Double)
        /// No new load; waits until every device has everything, then reads the logs.
        case drain(timeout: Double, final: FinalSync)
    }

    /// Who reads each conversation's whole log in the end.
    enum FinalSync: String, Sendable, CaseIterable {
        /// Every device, every conversation.
        case all = "sync_all"
        /// One device for each conversation.
        case one = "sync_one"
        case none
    }

    var name: String
    var kind: Kind
    /// Indexes into `Scenario.traffic`.
    var use: [Int] = []
    /// Whether its latencies count in `all`.
    var isRecorded = true
    var faults: [FaultPlan] = []
}

/// Something that goes wrong on purpose, so many seconds into its phase.
struct FaultPlan: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// kill -9 of the server, and its start after so long.
        case kill9(restartAfter: Double)
        /// SIGSTOP for so long.
        case stop(seconds: Double)
        /// SIGTERM, its end, and its start after so long.
        case drain(restartAfter: Double)
        /// The server's disk takes no more for so long.
        case diskFull(seconds: Double)
        /// The proxy closes that share of its connections, in the middle of frames.
        case cut(share: Double)
        /// The same with RST.
        case reset(share: Double)
        /// The proxy holds every byte back by so many milliseconds, for so long.
        case delay(milliseconds: Double, seconds: Double)
        /// The proxy passes nothing on for that share of its connections, for so long.
        case freeze(share: Double, seconds: Double)
        /// That share of devices drops its connection and comes back, all at once.
        case storm(share: Double)
        /// That share of devices leaves its connection half open and connects anew.
        case halfOpen(share: Double)
        /// So many connections send frames that no honest client sends.
        case malformed(connections: Int)
        /// The server's clock jumps by so many seconds (negative: back).
        case clockStep(seconds: Double)
    }

    var at: Double
    var kind: Kind
    /// How often, and the seconds between.
    var times = 1
    var every = 0.0
}

/// A run to compare with.
struct BaselinePlan: Sendable, Equatable {
    /// As the file says it, seen from the scenario's folder.
    var file: String
    /// By metric: how much worse than the baseline it may be, as a share.
    var maxWorse: [String: Double] = [:]
}

/// How the short form of a scenario differs from the long one.
struct ShortForm: Sendable, Equatable {
    /// Factor of `for`, `at`, `wait` and `slow`.
    var time = 0.1
    /// Factor of users, group counts and members.
    var users = 0.1
    /// Factor of rates.
    var rate = 0.2
}

/// Something that has to hold: `METRIC OP BOUND`.
struct Assertion: Sendable, Equatable {
    enum Scope: Sendable, Equatable {
        /// The whole run.
        case all
        /// The generator's own state: a breach makes the run invalid.
        case harness
        /// A phase, by index.
        case phase(Int)
    }

    enum Comparison: String, Sendable, CaseIterable {
        case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
        case equal = "==", notEqual = "!="
    }

    enum Bound: Sendable, Equatable {
        /// In the metric's base unit (ms for times, bytes for sizes, percent for shares).
        case number(Double)
        /// Another metric of the same scope.
        case metric(Metric)
    }

    var scope: Scope
    var metric: Metric
    var comparison: Comparison
    var bound: Bound
    /// As the file has it.
    var text: String
    /// Its line in the file, from 1; 0: made by a command.
    var line = 0
}
