import ChatClient
import Foundation
import NIOCore

/// One scenario's run: what it needs to put a load on the server and to measure it.
struct LoadRun: Sendable {
    let options: BenchOptions
    let target: BenchTarget
    let fleet: Fleet
    let api: ChatAPI
    let progress: Progress
    let name: String
    let isInterrupted: @Sendable () -> Bool

    private static let tick = 0.02
    /// How long things may take that are not measured.
    static let patience = 120.0
    private static let drainPatience = 60.0

    // MARK: - Waiting

    /// - Throws: ``BenchFailure``.
    func pause(_ seconds: Double, _ what: String) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            let left = end - .now
            guard left > .zero else { return }
            progress.show("\(name): \(what)", "\(Int(left.seconds) + 1) s")
            try await step(min(left.seconds, 0.2))
        }
    }

    /// - Throws: ``BenchFailure/tookTooLong(_:)`` and whatever has gone wrong meanwhile.
    func wait(
        for what: String, _ detail: String = "", upTo seconds: Double = patience,
        _ isSo: @Sendable () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while try await !isSo() {
            guard ContinuousClock.now < end else { throw BenchFailure.tookTooLong(what) }
            progress.show("\(name): waiting for \(what)", detail)
            try await step(Self.tick)
        }
    }

    private func step(_ seconds: Double) async throws {
        try await Task.sleep(for: .seconds(seconds))
        if isInterrupted() { throw BenchFailure.interrupted }
        let tally = try await fleet.tally()
        if let what = tally.unsupported { throw BenchFailure.unsupported(what) }
        if let first = tally.failures.first { throw BenchFailure.broken(first) }
    }

    // MARK: - Measuring

    /// Lets the load run, measures, and ends it when everything that was sent has been acknowledged and received.
    /// - Parameter start: begins the load on one event loop.
    func measure(_ start: @escaping @Sendable (Station) -> Void) async throws -> Measurement {
        try await fleet.onEach { start($0) }
        try await pause(options.warmup, "warming up")
        let measurement = try await measureRunning(options.seconds)
        try await drain()
        return measurement
    }

    /// Measures a load that runs.
    func measureRunning(_ seconds: Double) async throws -> Measurement {
        try await fleet.onEach { $0.startMeasuring() }
        let before = try await Sample(target, fleet)
        try await pause(seconds, "measuring")
        let after = try await Sample(target, fleet)
        let times = try await fleet.onEach { station in
            station.stopMeasuring()
            return (station.answerTimes, station.deliveryTimes)
        }
        return Measurement(
            from: before, to: after, answerTimes: times.map(\.0), deliveryTimes: times.map(\.1), threads: fleet.count)
    }

    /// Nothing may be lost: every ack has to come, and every subscribed socket has to get every acknowledged message.
    func drain() async throws {
        try await finishSending()
        try await finishReceiving()
    }

    /// Ends the load and waits until every message is acknowledged.
    func finishSending() async throws {
        try await fleet.onEach { station in
            station.stop()
            for member in station.members { member.sender?.stop() }
        }
        let missing: @Sendable () async throws -> Int = {
            try await fleet.sum { station in station.members.reduce(0) { $0 + ($1.sender?.unacknowledged ?? 0) } }
        }
        do {
            try await wait(for: "acks", upTo: Self.drainPatience) { try await missing() == 0 }
        } catch BenchFailure.tookTooLong {
            let seconds = Int(Self.drainPatience)
            throw BenchFailure.lost("\(try await missing()) messages have no ack \(seconds) s after the last was sent")
        }
    }

    /// Waits until every subscribed socket has every acknowledged message.
    func finishReceiving() async throws {
        let heads = try await fleet.heads()
        let missing: @Sendable () async throws -> Int = {
            try await fleet.sum { station in station.members.count { $0.lacks(heads) } }
        }
        do {
            try await wait(for: "the last events", upTo: Self.drainPatience) { try await missing() == 0 }
        } catch BenchFailure.tookTooLong {
            let seconds = Int(Self.drainPatience)
            throw BenchFailure.lost("\(try await missing()) sockets lack messages \(seconds) s after their acks")
        }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
