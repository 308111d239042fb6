import Foundation

/// What server and generator use, second by second, across the server's restarts.
struct ResourceSampler: Sendable {
    /// Seconds that a rate is taken over, at least: the kernel counts CPU in hundredths.
    private static let rateSecondsMin = 0.5

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
    private var ratedAt = 0.0
    private var rated = (server: 0.0, generator: 0.0)
    private var rates = (server: 0.0, generator: 0.0)

    /// Seconds of CPU of all the run's servers.
    var serverSeconds: Double { ended + serverSeen }
    private(set) var generatorSeconds = 0.0

    /// Looks at both processes now.
    mutating func sample(server: Int32, time: Double) -> Sample {
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
        let seconds = time - ratedAt
        if seconds >= ResourceSampler.rateSecondsMin {
            rates.server = (serverSeconds - rated.server) / seconds * 100
            rates.generator = (generatorSeconds - rated.generator) / seconds * 100
            ratedAt = time
            rated = (serverSeconds, generatorSeconds)
        }
        var sample = Sample()
        sample.time = time
        sample.serverCPU = rates.server
        sample.generatorCPU = rates.generator
        sample.serverRSS = theirs.resident
        sample.generatorRSS = own.resident
        sample.serverFiles = theirs.openFiles
        return sample
    }
}
