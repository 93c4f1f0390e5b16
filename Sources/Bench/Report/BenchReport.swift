import Foundation

/// The outcome of a whole measurement.
package struct BenchReport: Sendable {
    let options: BenchOptions
    let scenarios: [ScenarioReport]
    /// True of all figures.
    let notes: [String]

    /// Whether a scenario lost a message or broke off, or a figure is above its bound.
    package var hasFailed: Bool { scenarios.contains(where: \.hasFailed) }

    /// For people.
    package var table: String {
        let width = scenarios.flatMap { $0.figures }.map { $0.label.count }.max() ?? 0
        let blocks = scenarios.map { report in
            var lines = ["\(report.scenario.rawValue): \(report.scenario.summary)"]
            for figure in report.figures {
                let pad = String(repeating: " ", count: width - figure.label.count)
                let text = String(repeating: " ", count: max(0, 14 - figure.text.count)) + figure.text
                lines.append("  \(figure.label)\(pad)  \(text)\(figure.verdict)")
            }
            lines += report.notes.map { "  note: \($0)" } + report.failures.map { "  FAILED: \($0)" }
            return lines.joined(separator: "\n")
        }
        return (blocks + notes.map { "note: \($0)" }).joined(separator: "\n\n")
    }

    /// For programs: one object on one line.
    /// - Throws: what Foundation's encoder throws.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(Document(self)), as: UTF8.self)
    }

    private struct Document: Encodable {
        struct Bound: Encodable {
            let atMost: Double
            let isMet: Bool
        }

        struct Entry: Encodable {
            let name: String
            let figures: [String: Double]
            let bounds: [String: Bound]
            let notes: [String]
            let failures: [String]
        }

        let seconds: Double
        let warmup: Double
        let bodyBytes: Int
        let accounts: Int
        let runs: Int
        let threads: Int
        let cores: Int
        let notes: [String]
        let scenarios: [Entry]

        init(_ report: BenchReport) {
            seconds = report.options.seconds
            warmup = report.options.warmup
            bodyBytes = report.options.body
            accounts = report.options.accounts
            runs = report.options.runs
            threads = report.options.threads
            cores = ProcessInfo.processInfo.activeProcessorCount
            notes = report.notes
            scenarios = report.scenarios.map { entry in
                let figures = entry.figures.map { ($0.key, Self.rounded($0.value)) }
                let bounds = entry.figures.compactMap { figure in
                    figure.limit.map { (figure.key, Bound(atMost: Self.rounded($0), isMet: figure.isMet)) }
                }
                return Entry(
                    name: entry.scenario.rawValue, figures: Dictionary(figures) { first, _ in first },
                    bounds: Dictionary(bounds) { first, _ in first }, notes: entry.notes, failures: entry.failures)
            }
        }

        private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
    }
}
