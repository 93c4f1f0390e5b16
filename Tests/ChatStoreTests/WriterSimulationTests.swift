import Foundation
import Testing

/// The room writer in ten thousand worlds where the database fails in every way it can.
@Suite struct WriterSimulationTests {
    private static let seedsPerRun: UInt64 = 250
    private static let steps = 1000
    /// Set to one number, this seed alone is run.
    private static let only = ProcessInfo.processInfo.environment["DENWA_SIMULATION_SEED"].flatMap { UInt64($0) }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func keepsItsPromises(run: UInt64) {
        let seeds =
            Self.only.map { run == 0 ? $0..<$0 + 1 : 0..<0 } ?? run * Self.seedsPerRun..<(run + 1) * Self.seedsPerRun
        for seed in seeds {
            let violations = WriterSimulation(seed: seed).run(steps: Self.steps)
            #expect(violations.isEmpty, "DENWA_SIMULATION_SEED=\(seed) repeats it: \(violations.prefix(3))")
        }
    }
}
