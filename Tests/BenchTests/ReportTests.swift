import Foundation
import Testing

@testable import Bench

@Suite struct ReportTests {
    @Test(arguments: [
        (12_345.6, Figure.Unit.perSecond, "12,346 /s"), (1_234_567, .count, "1,234,567"), (0, .count, "0"),
        (3, .count, "3"), (45.26, .microseconds, "45.3 µs"), (4.526, .milliseconds, "4.53 ms"),
        (0.05, .seconds, "0.05 s"), (-1_234, .kibibytes, "-1,234 KiB"), (999.6, .percent, "1,000 %"),
    ])
    func writesFiguresForPeople(value: Double, unit: Figure.Unit, text: String) {
        #expect(Figure(key: "k", label: "l", value: value, unit: unit).text == text)
    }

    @Test func takesTheMedianOfTheRuns() {
        #expect(ScenarioReport.median([]) == nil)
        #expect(ScenarioReport.median([3, 1, 2]) == 2)
        #expect(ScenarioReport.median([4, 1, 2, 3]) == 2.5)
        let runs = [5.0, 1, 3].map { value in
            var report = ScenarioReport(.small)
            report.add("rate", "messages", value, .perSecond)
            report.notes = ["the same"]
            if value == 1 { report.failures = ["lost"] }
            return report
        }
        let merged = ScenarioReport(merging: runs)
        #expect(merged.figures.map(\.value) == [3])
        #expect(merged.notes == ["the same"])
        #expect(merged.failures == ["lost"])
    }

    @Test func saysWhetherABoundIsKept() throws {
        var report = ScenarioReport(.slow)
        report.add("ratio", "ratio", 1.15, .times, atMost: 1.2)
        #expect(!BenchReport(options: .init(), scenarios: [report], notes: []).hasFailed)
        report.add("peak", "peak", 210, .mebibytes, atMost: 190.5)
        let bench = BenchReport(options: .init(), scenarios: [report], notes: [])
        #expect(bench.hasFailed)
        #expect(bench.table.contains("  met: at most 1.20 ×"))
        #expect(bench.table.contains("  NOT MET: at most 191 MiB"))
        let object = try JSONSerialization.jsonObject(with: Data(bench.json().utf8)) as? [String: Any]
        let bounds = (object?["scenarios"] as? [[String: Any]])?.first?["bounds"] as? [String: [String: Any]]
        #expect(bounds?["ratio"]?["isMet"] as? Bool == true)
        #expect(bounds?["peak"]?["isMet"] as? Bool == false)
        #expect(bounds?["peak"]?["atMost"] as? Double == 190.5)
        // Of several runs the medians are compared.
        var other = ScenarioReport(.slow)
        other.add("peak", "peak", 150, .mebibytes, atMost: 195)
        #expect(!ScenarioReport(merging: [other, report, other]).hasFailed)
    }

    @Test func leavesOutWhatWasNotMeasured() {
        var report = ScenarioReport(.idle)
        report.add("a", "a", nil, .seconds)
        report.add("b", "b", .nan, .seconds)
        #expect(report.figures.isEmpty)
    }

    @Test func writesTheTableAndTheObject() throws {
        var report = ScenarioReport(.small)
        report.add("messagesPerSecond", "messages", 12_345.6, .perSecond)
        report.add("ackP99Milliseconds", "ack p99", 4.5, .milliseconds)
        report.failures = ["a message was lost"]
        let bench = BenchReport(options: .init(scenarios: [.small]), scenarios: [report], notes: ["mind the gap"])
        #expect(bench.hasFailed)
        let lines = bench.table.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first?.hasPrefix("small: 64 rooms") == true)
        #expect(lines.contains("  messages       12,346 /s"))
        #expect(lines.contains("  ack p99          4.50 ms"))
        #expect(lines.contains("  FAILED: a message was lost"))
        #expect(lines.last == "note: mind the gap")
        let object = try JSONSerialization.jsonObject(with: Data(bench.json().utf8)) as? [String: Any]
        let scenario = (object?["scenarios"] as? [[String: Any]])?.first
        #expect(scenario?["name"] as? String == "small")
        #expect((scenario?["figures"] as? [String: Double])?["messagesPerSecond"] == 12_345.6)
        #expect(object?["bodyBytes"] as? Int == 128)
    }
}
