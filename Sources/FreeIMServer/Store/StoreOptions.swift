/// Where the store lives and how much it takes at once.
public struct StoreOptions: Sendable {
    /// Folder of the database; made with mode 0700 when it is not there.
    public var directory: String
    /// Requests waiting for the writer; more are refused with `busy`.
    public var mailboxMax = 65_536
    /// Requests in one transaction.
    public var batchMax = 4_096
    /// Threads that read.
    public var readThreads = 2
    /// Bytes of the write-ahead log beyond which the writer itself checkpoints.
    public var walBytesMax = 64 * 1_024 * 1_024
    /// Bytes of a frame's body; a message stays 1,024 below.
    public var frameBytesMax = 65_536
    /// Whether a single chat needs no friendship (`--messaging-policy open`).
    public var isMessagingOpen = false
    /// Users of one group; more are `conflict`.
    public var groupMembersMax = 200_000
    /// Seconds in which one may recall an own message; 0: always.
    public var recallSeconds = 0
    /// Seconds in which one may edit an own message; 0: always.
    public var editSeconds = 0
    /// Whether a moment waits for an operator before others see it.
    public var isMomentReviewed = false
    /// Bytes of all files that one user uploaded; 0: no limit.
    public var mediaBytesPerUserMax = 0
    /// Faults for tests of the harness; never set by a configuration file.
    public var faults = ServerFaults()

    public init(directory: String) {
        self.directory = directory
    }
}
