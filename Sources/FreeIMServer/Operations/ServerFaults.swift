/// Faults built in on purpose, so that the load harness can show that it finds them.
///
/// Set only through the environment variable `FREEIM_TEST_FAULTS` (for example
/// `drop_push=1000`); a server that runs with one says so in its log at every start.
public struct ServerFaults: Sendable, Equatable {
    /// Of the pushed messages, one in so many is not pushed to one device; 0: none.
    public var dropPushOneIn = 0
    /// Of the pushed messages, one in so many is pushed twice to one device; 0: none.
    public var doublePushOneIn = 0
    /// Of the sends, one in so many is acknowledged and not stored; 0: none.
    public var forgetOneIn = 0

    public init() {}

    /// Whether any fault is on.
    public var isAny: Bool { self != ServerFaults() }

    /// The faults named in `text`, `name=N` separated by commas; unknown names are errors.
    public static func parse(_ text: String) throws(StoreError) -> ServerFaults {
        var faults = ServerFaults()
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=")
            guard pair.count == 2, let number = Int(pair[1]), number > 0 else {
                throw StoreError("FREEIM_TEST_FAULTS: '\(part)' is not NAME=N")
            }
            switch pair[0] {
            case "drop_push": faults.dropPushOneIn = number
            case "double_push": faults.doublePushOneIn = number
            case "forget": faults.forgetOneIn = number
            default: throw StoreError("FREEIM_TEST_FAULTS: unknown fault '\(pair[0])'")
            }
        }
        return faults
    }
}
