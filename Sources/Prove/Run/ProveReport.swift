package import Foundation

/// What came of a run.
package struct ProveReport: Sendable, Encodable {
    private struct Finding: Sendable, Encodable {
        let kind: Violation.Kind
        let category: Violation.Class
        let room: String
        let seq: UInt32
        let message: String?
        let client: UInt16?
        let text: String
        let history: [String]
    }

    private let seed: String
    private let seconds: Int
    private let atLeast: Int
    private let wasInterrupted: Bool
    private let tally: Tally
    private let stored: Int
    private let records: Int
    private let serverStarts: Int
    private let faults: [String: FaultLog.Entry]
    private let skippedFaults: [String: String]
    private let checked: [String: Int]
    private let violations: [String: Int]
    private let findings: [Finding]
    private let complaints: [String]
    private let counts: [String: Int]
    private let longestWaitMs: Int
    private let isSettled: Bool
    /// Connections of the room writer that broke around a COMMIT, by where.
    private let commitCuts: [String: Int]
    /// Connections that PostgreSQL was told to end, by the name that they go by.
    private let terminatedBackends: [String: Int]
    private let serverLog: String
    /// `lost 0 doubled 0 reordered 0 phantom 0 leaked 0`
    package let summary: String

    init(
        options: ProveOptions, scene: Scene, evidence: Evidence, verdict: Verdict, isSettled: Bool,
        wasInterrupted: Bool
    ) {
        seed = String(options.seed)
        seconds = options.seconds
        atLeast = options.atLeast
        self.wasInterrupted = wasInterrupted
        tally = scene.stage.recorder.tally
        stored = evidence.stored.count
        records = evidence.history.count
        serverStarts = scene.server.starts
        faults = Dictionary(uniqueKeysWithValues: scene.faults.entries.map { ($0.rawValue, $1) })
        skippedFaults =
            options.faults.contains(.clockStep) && scene.clock == nil
            ? [FaultKind.clockStep.rawValue: FakeClock.whereFrom] : [:]
        checked = verdict.checked
        violations = Dictionary(uniqueKeysWithValues: verdict.counts.map { ($0.rawValue, $1) })
        findings = verdict.violations.prefix(40).map { Self.finding($0, scene.stage, evidence) }
        complaints =
            scene.stage.complaints + scene.faults.failures + [scene.stage.answerTimes.complaint].compactMap { $0 }
        counts = scene.stage.counts
        longestWaitMs = scene.stage.answerTimes.longestMs
        self.isSettled = isSettled
        serverLog = scene.server.log
        commitCuts = Dictionary(
            uniqueKeysWithValues: scene.database.proxy.control.cuts.map { ($0.rawValue, $1) })
        terminatedBackends = scene.database.terminated
        summary = verdict.summary
    }

    private static func finding(_ violation: Violation, _ stage: Stage, _ evidence: Evidence) -> Finding {
        let room = Int(violation.room)
        let isKnown = violation.message > 0 && violation.message < StoredEvent.stranger
        return Finding(
            kind: violation.kind, category: violation.kind.category,
            room: room < stage.rooms.count ? stage.rooms[room] : "\(room)", seq: violation.seq,
            message: isKnown ? stage.script.clientID(of: violation.message) : nil, client: violation.client,
            text: violation.text, history: Excerpt(of: violation, in: evidence).lines)
    }

    /// Whether nothing was found, and enough was tried.
    package var isPassed: Bool { violations.isEmpty && complaints.isEmpty && isSettled && tally.acked >= atLeast }

    /// For people.
    package var lines: [String] {
        var lines = ["seed \(seed)"]
        lines += [
            "acked \(tally.acked) messages in \(seconds) s, \(tally.attempts) attempts, \(tally.duplicates) repeats "
                + "found, \(tally.refused) refused, \(tally.unknown) unknown",
            "delivered \(tally.delivered) events over \(tally.subscriptions) subscriptions and \(tally.connections) "
                + "connections; \(tally.gaps) gaps, \(tally.pulled) events read from them",
            "joined \(tally.joins), left \(tally.leaves); server started \(serverStarts) times; longest silence "
                + "\(tally.longestSilenceMs) ms; longest wait for an answer from a running server \(longestWaitMs) ms",
        ]
        if !commitCuts.isEmpty {
            let count = commitCuts.values.reduce(0, +)
            lines.append("cut the writer's connections around a commit \(count) times: \(Self.list(commitCuts))")
        }
        if !terminatedBackends.isEmpty { lines.append("terminated backends: \(Self.list(terminatedBackends))") }
        for (kind, entry) in faults.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "  \(kind): \(entry.count), first ack after \(entry.median) ms (median), \(entry.longest) ms (most)")
        }
        for (kind, reason) in skippedFaults.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(kind): skipped, \(reason)")
        }
        lines.append(
            "checked " + Self.list(checked))
        for (kind, count) in violations.sorted(by: { $0.key < $1.key }) { lines.append("FOUND \(count) \(kind)") }
        for finding in findings.prefix(10) {
            lines.append("  \(finding.kind.rawValue) in \(finding.room) at \(finding.seq): \(finding.text)")
        }
        for complaint in complaints { lines.append("FOUND \(complaint)") }
        if !isSettled {
            lines.append("FOUND that not everything was acknowledged and read within 60 s after the faults")
        }
        if wasInterrupted { lines.append("interrupted before \(seconds) s were over") }
        if tally.acked < atLeast { lines.append("TOO LITTLE: \(tally.acked) acked, at least \(atLeast) are wanted") }
        if !isPassed { lines.append("the server's log is in \(serverLog)") }
        lines.append(summary)
        return lines
    }

    private static func list(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    /// For programs.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
