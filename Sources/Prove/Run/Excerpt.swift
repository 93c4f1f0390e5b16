/// The part of a history that belongs to a violation, for people.
struct Excerpt {
    private static let limit = 40

    let lines: [String]

    init(of violation: Violation, in evidence: Evidence) {
        let place = violation.record ?? 0
        var found: [(Int, Record)] = []
        evidence.history.forEach { index, record in
            guard Self.concerns(record, index, violation, place) else { return }
            found.append((index, record))
        }
        // What is nearest to where it showed.
        let near = found.sorted { abs($0.0 - place) < abs($1.0 - place) }.prefix(Self.limit)
        lines = near.sorted { $0.0 < $1.0 }.map { Self.line($0, $1, evidence) }
    }

    private static func concerns(_ record: Record, _ index: Int, _ violation: Violation, _ place: Int) -> Bool {
        if violation.message > 0, record.message == violation.message { return true }
        if record.kind == .closed { return record.connection == violation.connection && violation.connection > 0 }
        guard record.room == violation.room else { return false }
        if let client = violation.client, record.client == client, abs(index - place) < 2000 {
            return record.kind != .deliver || abs(Int(record.seq) - Int(violation.seq)) <= 3
        }
        return violation.client == nil && record.seq == violation.seq && violation.seq > 0
    }

    private static func line(_ index: Int, _ record: Record, _ evidence: Evidence) -> String {
        var line = "#\(index) \(Double(record.time / 10_000) / 100) ms client \(record.client) \(record.kind)"
        line += record.flag ? " (flag) connection \(record.connection)" : " connection \(record.connection)"
        line += " room \(record.room)"
        if record.message > 0 { line += " message \(record.message)" }
        if record.seq > 0 { line += " seq \(record.seq)" }
        if record.kind != .deliver, record.kind != .pulled, record.detail > 0 { line += " detail \(record.detail)" }
        return line
    }
}
