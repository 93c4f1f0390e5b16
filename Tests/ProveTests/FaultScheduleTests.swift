import Testing

@testable import Prove

@Suite struct FaultScheduleTests {
    private static let all = Set(FaultKind.allCases)

    @Test func isTheSameForTheSameSeed() {
        let schedule = FaultSchedule(seed: 7, seconds: 180, kinds: Self.all)
        #expect(schedule == FaultSchedule(seed: 7, seconds: 180, kinds: Self.all))
        #expect(schedule != FaultSchedule(seed: 8, seconds: 180, kinds: Self.all))
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func anHourHasWhatItHasToHave(seed: UInt64) {
        let faults = FaultSchedule(seed: seed, seconds: 3600, kinds: Self.all).faults
        #expect(faults.count { $0.kind == .killServer } >= 100)
        #expect(faults.count { $0.kind == .crashDatabase } >= 30)
    }

    @Test(arguments: [20, 30, 60, 180]) func aShortRunHasOneOfEach(seconds: Int) {
        for seed in 1...20 as ClosedRange<UInt64> {
            let faults = FaultSchedule(seed: seed, seconds: seconds, kinds: Self.all).faults
            #expect(Set(faults.map { $0.kind }) == Self.all, "seed \(seed)")
            #expect(faults.allSatisfy { $0.at < .seconds(seconds) })
            #expect(zip(faults, faults.dropFirst()).allSatisfy { $0.at < $1.at })
        }
    }

    @Test func keepsToTheKindsThatAreWanted() {
        let faults = FaultSchedule(seed: 1, seconds: 60, kinds: [.killServer, .cutCommits]).faults
        #expect(Set(faults.map { $0.kind }) == [.killServer, .cutCommits])
        #expect(FaultSchedule(seed: 1, seconds: 60, kinds: []).faults.isEmpty)
    }
}
