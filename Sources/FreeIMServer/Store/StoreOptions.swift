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
    /// Faults for tests of the harness; never set by a configuration file.
    public var faults = ServerFaults()

    public init(directory: String) {
        self.directory = directory
    }
}
