/// What came of a scenario.
struct ScenarioReport: Sendable {
    let scenario: Scenario
    var figures: [Figure] = []
    /// What a reader has to know to judge the figures.
    var notes: [String] = []
    /// What went wrong; then the figures count for nothing.
    var failures: [String] = []

    init(_ scenario: Scenario) { self.scenario = scenario }

    /// - Parameter limit: the most that it may be, if there is a bound.
    mutating func add(
        _ key: String, _ label: String, _ value: Double?, _ unit: Figure.Unit, atMost limit: Double? = nil
    ) {
        guard let value, value.isFinite else { return }
        figures.append(Figure(key: key, label: label, value: value, unit: unit, limit: limit))
    }

    /// Whether something was lost, or a figure is above its bound.
    var hasFailed: Bool { !failures.isEmpty || figures.contains { !$0.isMet } }

    /// Several runs as one: of each figure the median.
    init(merging runs: [ScenarioReport]) {
        self.init(runs.first?.scenario ?? .small)
        for figure in runs.first?.figures ?? [] {
            let all = runs.compactMap { run in run.figures.first { $0.key == figure.key } }
            add(
                figure.key, figure.label, Self.median(all.map(\.value)), figure.unit,
                atMost: Self.median(all.compactMap(\.limit)))
        }
        for run in runs {
            for note in run.notes where !notes.contains(note) { notes.append(note) }
            failures += run.failures
        }
    }

    /// The middle one, or the mean of the two in the middle.
    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

extension ScenarioReport {
    /// Per thing done: how often and at what cost for the server.
    mutating func addRate(
        _ measurement: Measurement, _ count: Int, key: String, of things: String, per thing: String
    ) {
        add(key, things, Double(count) / measurement.seconds, .perSecond)
        let cost = measurement.serverCPU.map { $0 / Double(max(count, 1)) * 1e6 }
        add(
            "serverCPUMicrosecondsPer\(thing.prefix(1).uppercased())\(thing.dropFirst())", "server CPU per \(thing)",
            cost, .microseconds)
    }

    mutating func addDeliveries(_ measurement: Measurement) {
        add("deliveriesPerSecond", "deliveries", Double(measurement.deliveries) / measurement.seconds, .perSecond)
        let cost = measurement.serverCPU.map { $0 / Double(max(measurement.deliveries, 1)) * 1e6 }
        add("serverCPUSecondsPerMillionDeliveries", "server CPU per million deliveries", cost, .seconds)
    }

    mutating func addTimes(_ times: Latencies, key: String, of what: String, _ percentiles: [Double]) {
        for percent in percentiles {
            let digits = percent == percent.rounded() ? "\(Int(percent))" : "\(percent)"
            add(
                "\(key)P\(digits.filter { $0 != "." })Milliseconds", "\(what) p\(digits)", times.percentile(percent),
                .milliseconds)
        }
    }

    mutating func addMemory(_ key: String, _ label: String, _ bytes: Int?) {
        add(key, label, bytes.map { Double($0) / 1_048_576 }, .mebibytes)
    }

    /// How busy the generator itself was, at the most.
    mutating func addGenerator(_ measurements: [Measurement]) {
        let load = measurements.map(\.generatorLoad).max() ?? 0
        add("generatorLoadPercent", "generator's threads busy", load * 100, .percent)
        if load > Measurement.saturation {
            notes.append("The generator was saturated: a faster one would have measured more. Try --threads 2.")
        }
    }
}
