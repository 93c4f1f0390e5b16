import ChatClient
import NIOCore
import NIOPosix

/// One proof: builds the scene, lets the clients and the faults loose, and judges what came of it.
package struct ProveRun: Sendable {
    private let options: ProveOptions
    private let say: @Sendable (String) -> Void
    private let isInterrupted: @Sendable () -> Bool

    /// - Parameters:
    ///   - say: told how it goes, one line each.
    ///   - isInterrupted: whether the run should come to its end now.
    package init(
        _ options: ProveOptions, say: @escaping @Sendable (String) -> Void,
        isInterrupted: @escaping @Sendable () -> Bool
    ) {
        self.options = options
        self.say = say
        self.isInterrupted = isInterrupted
    }

    /// - Throws: what keeps the run from happening at all; what it finds is in the report.
    package func run() async throws -> ProveReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let scene = try await Scene.build(options, on: group)
        do {
            let report = try await play(scene)
            await scene.clear(keepingLog: !report.isPassed)
            try await group.shutdownGracefully()
            return report
        } catch {
            await scene.clear(keepingLog: true)
            throw error
        }
    }

    private func play(_ scene: Scene) async throws -> ProveReport {
        say("PostgreSQL is in \(scene.database.folder), the server on port \(scene.stage.serverPort)")
        let kinds = scene.clock == nil ? options.faults.subtracting([.clockStep]) : options.faults
        let schedule = FaultSchedule(seed: options.seed, seconds: options.seconds, kinds: kinds)
        let start = ContinuousClock.now
        try await scene.crowd.run { $0.start() }
        await withTaskGroup { group in
            group.addTask { await scene.nemesis.run(schedule, from: start) }
            await pass(until: start + .seconds(options.seconds), scene, since: start)
            group.cancelAll()
        }
        scene.restoreWays()
        let isSettled = try await settle(scene)
        let evidence = try await scene.evidence()
        say("checking \(evidence.history.count) records and \(evidence.stored.count) stored events")
        let verdict = Checker(evidence: evidence).verdict()
        return ProveReport(
            options: options, scene: scene, evidence: evidence, verdict: verdict, isSettled: isSettled,
            wasInterrupted: isInterrupted())
    }

    private func pass(until end: ContinuousClock.Instant, _ scene: Scene, since start: ContinuousClock.Instant) async {
        var next = start
        while ContinuousClock.now < end, !isInterrupted() {
            if ContinuousClock.now >= next {
                next += .seconds(options.seconds > 60 ? 10 : 2)
                say(progress(scene, since: start))
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private func progress(_ scene: Scene, since start: ContinuousClock.Instant) -> String {
        let tally = scene.stage.recorder.tally
        let seconds = Int((ContinuousClock.now - start) / .seconds(1))
        return "\(seconds) of \(options.seconds) s: \(tally.acked) acked, \(tally.delivered) delivered, "
            + "\(scene.faults.count) faults, \(scene.server.starts) server starts"
    }

    /// No more faults: everything is sent until it is acknowledged, and everybody reads to the end.
    /// - Returns: whether that came about in time.
    private func settle(_ scene: Scene) async throws -> Bool {
        say("settling")
        try await scene.crowd.run { $0.endWriting() }
        guard try await becomes(true, { try await scene.crowd.run { $0.isWritten } }) else { return false }
        let heads = try await scene.database.run { try Dump(stage: scene.stage).heads(on: $0) }
        return try await becomes(true, { try await scene.crowd.run { $0.isRead(heads) } })
    }

    private func becomes(_ wanted: Bool, _ condition: @Sendable () async throws -> Bool) async throws -> Bool {
        // Who has been told that messages are stored which are not waits in vain.
        let deadline = ContinuousClock.now + .seconds(options.unsafeDurability ? 5 : 60)
        while ContinuousClock.now < deadline {
            if try await condition() == wanted { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }
}
