import Foundation

/// What server and generator use, second by second, across the server's restarts.
struct ResourceSampler: Sendable {
    struct Sample: Sendable {
        /// Seconds since the run began.
        var time = 0.0
        var online = 0
        /// Of one core, percent, since the sample before.
        var serverCPU = 0.0
        var generatorCPU = 0.0
        var serverRSS = 0
        var generatorRSS = 0
        var serverFiles = 0
        /// Milliseconds.
        var lagP99 = 0.0
        var lagMax = 0.0
        /// Seconds.
        var checkerLag = 0.0
    }

    private var pid: Int32 = 0
    /// Seconds of CPU of servers that ended, and of this one as last seen.
    private var ended = 0.0
    private var serverSeen = 0.0
    private var generatorSeen = 0.0
    private var sampledAt = 0.0

    /// Seconds of CPU of all the run's servers.
    var serverSeconds: Double { ended + serverSeen }
    private(set) var generatorSeconds = 0.0

    /// Looks at both processes now.
    mutating func sample(server: Int32, time: Double) -> Sample {
        let before = (serverSeconds, generatorSeen)
        if server != pid {
            ended += serverSeen
            serverSeen = 0
            pid = server
        }
        let theirs = ProcessProbe(pid: server)
        let own = ProcessProbe(pid: getpid())
        serverSeen = max(serverSeen, theirs.cpu)
        if generatorSeen > 0 { generatorSeconds += own.cpu - generatorSeen }
        generatorSeen = own.cpu
        let seconds = max(time - sampledAt, 0.001)
        sampledAt = time
        var sample = Sample()
        sample.time = time
        sample.serverCPU = (serverSeconds - before.0) / seconds * 100
        sample.generatorCPU = before.1 > 0 ? (own.cpu - before.1) / seconds * 100 : 0
        sample.serverRSS = theirs.resident
        sample.generatorRSS = own.resident
        sample.serverFiles = theirs.openFiles
        return sample
    }
}
