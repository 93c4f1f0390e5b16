/// The counters at one moment.
struct Sample: Sendable {
    let at: ContinuousClock.Instant
    let serverCPU: Double?
    let ownCPU: Double
    let tally: Tally

    init(_ target: BenchTarget, _ fleet: Fleet) async throws {
        self.tally = try await fleet.tally()
        self.at = .now
        self.serverCPU = target.process?.cpuSeconds
        self.ownCPU = ProcessGauge.own.cpuSeconds ?? 0
    }
}

/// What happened between two moments.
struct Measurement: Sendable {
    /// The length, in seconds.
    let seconds: Double
    /// User and system time of the server, in seconds, if it can be seen.
    let serverCPU: Double?
    let answers: Int
    let deliveries: Int
    let answerTimes: Latencies
    let deliveryTimes: Latencies
    /// The part of the generator's threads that was busy, from 0 to 1.
    let generatorLoad: Double

    /// The generator itself may have been the limit above this.
    static let saturation = 0.95

    init(
        from before: Sample, to after: Sample, answerTimes: [Latencies] = [], deliveryTimes: [Latencies] = [],
        threads: Int
    ) {
        let seconds = (after.at - before.at).seconds
        self.seconds = seconds
        self.serverCPU = after.serverCPU.flatMap { end in before.serverCPU.map { end - $0 } }
        self.answers = after.tally.answers - before.tally.answers
        self.deliveries = after.tally.deliveries - before.tally.deliveries
        self.answerTimes = answerTimes.reduce(into: Latencies()) { $0.add($1) }
        self.deliveryTimes = deliveryTimes.reduce(into: Latencies()) { $0.add($1) }
        self.generatorLoad = (after.ownCPU - before.ownCPU) / max(seconds, 1e-9) / Double(threads)
    }
}
