import Testing

@testable import Prove

@Suite struct CheckerTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func aGoodHistoryIsClean(seed: UInt64) {
        let verdict = Checker(evidence: GoodHistory(seed: seed).evidence).verdict()
        #expect(verdict.isClean, "seed \(seed): \(verdict.violations.prefix(5))")
        #expect(verdict.summary == "lost 0 doubled 0 reordered 0 phantom 0 leaked 0")
        #expect(verdict.checked.count == 7)
        for (check, count) in verdict.checked { #expect(count > 0, "\(check): nothing to look at") }
    }

    @Test(arguments: Corruption.all, 1...5 as ClosedRange<UInt64>)
    func findsTheCorruption(_ corruption: Corruption, seed: UInt64) throws {
        let good = GoodHistory(seed: seed).evidence
        let evidence = try #require(corruption.applied(to: good, seed: seed), "nothing to spoil")
        let verdict = Checker(evidence: evidence).verdict()
        #expect(verdict.counts[corruption.kind] != nil, "found \(verdict.counts)")
        let classes = Set(verdict.counts.keys.map { $0.category })
        #expect(classes.isSubset(of: corruption.classes), "found \(verdict.violations)")
    }

    @Test func everyKindIsTested() {
        let missing = Set(Violation.Kind.allCases).subtracting(Corruption.all.map { $0.kind })
        #expect(missing.isEmpty, "\(missing)")
    }

    @Test func countsAllAndKeepsSome() {
        var verdict = Verdict()
        for seq in 1...100 as ClosedRange<UInt32> {
            verdict.add(Violation(kind: .missed, room: 1, seq: seq, text: ""))
        }
        #expect(verdict.summary == "lost 100 doubled 0 reordered 0 phantom 0 leaked 0")
        #expect(verdict.violations.count == 20)
    }
}
