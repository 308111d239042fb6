/// What there is to see of a run at one moment.
struct LiveState: Sendable {
    var scenario = ""
    var phase = ""
    /// Of how many, from 1.
    var phaseNumber = 0
    var phaseCount = 0
    /// Of the phase, 0 ... 1; nil: it ends when it is done.
    var progress: Double?
    /// Seconds since the phase began, and in all.
    var phaseSeconds = 0.0
    var seconds = 0.0
    var devices = 0
    var online = 0
    /// Totals, and of the last second.
    var sent = 0
    var acked = 0
    var delivered = 0
    var sentRate = 0.0
    var ackedRate = 0.0
    var deliveredRate = 0.0
    var unanswered = 0
    /// Milliseconds of the last second: p50, p99, max; nil without any.
    var ack: (Double, Double, Double)?
    var deliver: (Double, Double, Double)?
    /// p99 of ack and deliver, of the last 60 seconds, oldest first.
    var ackHistory: [Double] = []
    var deliverHistory: [Double] = []
    var checks: [Violation: Int] = [:]
    /// Deliveries checked so far.
    var checked = 0
    /// Of one core, percent; bytes; open files.
    var serverCPU = 0.0
    var serverRSS = 0
    var serverFiles = 0
    var generatorCPU = 0.0
    var generatorRSS = 0
    /// Milliseconds at p99 of the last second.
    var lag = 0.0
    /// Seconds.
    var checkerLag = 0.0
    var lastFault = ""
    var lastViolation = ""
}
