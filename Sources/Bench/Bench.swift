import ChatClient
import NIOCore
import NIOPosix

/// Runs scenarios against a server, one after the other.
package struct Bench: Sendable {
    private let options: BenchOptions
    private let target: @Sendable () throws -> BenchTarget
    private let progress: Progress
    private let isInterrupted: @Sendable () -> Bool

    /// Files that are open besides the sockets.
    private static let otherFiles = 300

    /// - Parameters:
    ///   - target: the server; asked for before each scenario, so that it may be a new one.
    ///   - isInterrupted: asked a few times a second; `true` ends the measurement.
    package init(
        _ options: BenchOptions, target: @escaping @Sendable () throws -> BenchTarget, progress: Progress,
        isInterrupted: @escaping @Sendable () -> Bool
    ) {
        self.options = options
        self.target = target
        self.progress = progress
        self.isInterrupted = isInterrupted
    }

    /// Makes sure that this process, and the children that it starts from now on, may open as many sockets as needed.
    /// - Throws: ``BenchFailure/tooFewFiles(needed:limit:)``
    package static func allowOpenFiles(for options: BenchOptions) throws(BenchFailure) {
        try OpenFiles.allow((options.scenarios.map(\.sockets).max() ?? 0) + otherFiles)
    }

    /// - Throws: ``BenchFailure/notReady(_:)``, ``BenchFailure/interrupted``; what goes wrong in a scenario is in its report.
    package func run() async throws -> BenchReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: options.threads)
        let outcome = await Result { try await run(on: group) }
        progress.clear()
        try? await group.shutdownGracefully()
        return try outcome.get()
    }

    private func run(on group: MultiThreadedEventLoopGroup) async throws -> BenchReport {
        let fleet = try await Fleet(group)
        var reports: [ScenarioReport] = []
        var notes = Self.isUnoptimised ? [Self.unoptimised] : []
        for scenario in options.scenarios {
            var runs: [ScenarioReport] = []
            for number in 1...max(options.runs, 1) {
                let name = options.runs > 1 ? "\(scenario.rawValue) \(number)/\(options.runs)" : scenario.rawValue
                progress.show("\(name): getting ready")
                let target = try target()
                let api = ChatAPI(HTTPClient(target.address, on: group.next()))
                guard await api.isReady() else { throw BenchFailure.notReady("http://\(target.address)") }
                let run = LoadRun(
                    options: options, target: target, fleet: fleet, api: api, progress: progress, name: name,
                    isInterrupted: isInterrupted)
                runs.append(try await report(of: scenario, run))
                api.http.close()
                if target.process == nil, !notes.contains(Self.unseen) { notes.append(Self.unseen) }
            }
            reports.append(ScenarioReport(merging: runs))
        }
        return BenchReport(options: options, scenarios: reports, notes: notes)
    }

    private func report(of scenario: Scenario, _ run: LoadRun) async throws -> ScenarioReport {
        var report = ScenarioReport(scenario)
        do {
            try await scenario.run(run, &report)
        } catch BenchFailure.interrupted {
            throw BenchFailure.interrupted
        } catch BenchFailure.unsupported(let what) {
            report.notes.append(BenchFailure.unsupported(what).description)
        } catch BenchFailure.broken {
            // The tally says it.
        } catch {
            report.failures.append("\(error)")
        }
        let tally = try await run.fleet.tally()
        report.failures += tally.failures
        if tally.failureCount > tally.failures.count { report.failures.append("\(tally.failureCount) failures in all") }
        try await run.fleet.onEach { $0.clear() }
        try await run.pause(Self.rest, "clearing up")
        return report
    }

    /// The server closes its side of the sockets meanwhile.
    private static let rest = 0.5

    private static let unoptimised =
        "This program was built without optimisation: the figures say nothing. Build it with `-c release`."
    private static let unseen =
        "The server's process is not known (--pid), so its CPU and memory were not measured."

    private static var isUnoptimised: Bool {
        #if DEBUG
        true
        #else
        false
        #endif
    }
}

extension Scenario {
    fileprivate func run(_ run: LoadRun, _ report: inout ScenarioReport) async throws {
        switch self {
        case .small: try await ClosedLoop(rooms: 64, socketsPerRoom: 4, senders: 64, depth: 1).run(run, &report)
        case .deep: try await ClosedLoop(rooms: 64, socketsPerRoom: 4, senders: 64, depth: 16).run(run, &report)
        case .fan100: try await ClosedLoop(rooms: 10, socketsPerRoom: 100, senders: 50, depth: 1).run(run, &report)
        case .room1k: try await ClosedLoop(rooms: 1, socketsPerRoom: 1_000, senders: 8, depth: 1).run(run, &report)
        case .open200:
            try await OpenLoop(rooms: 10, socketsPerRoom: 100, senders: 50, messagesPerSecond: 200).run(run, &report)
        case .steady:
            try await OpenLoop(
                rooms: 100, socketsPerRoom: 10, senders: 100, messagesPerSecond: 1_000, probesCommits: true
            ).run(run, &report)
        case .storm: try await Storm().run(run, &report)
        case .churn: try await Churn().run(run, &report)
        case .history: try await History(way: .socket).run(run, &report)
        case .historyREST: try await History(way: .http).run(run, &report)
        case .idle: try await Idle().run(run, &report)
        case .slow: try await Slow().run(run, &report)
        }
    }
}
