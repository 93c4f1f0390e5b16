import Foundation
import Testing

/// The room writer in thousands of worlds where the database fails in every way it can. DENWA_SIMULATION_SEEDS says how
/// many.
@Suite struct WriterSimulationTests {
    private static let steps = 1000
    private static let runs: UInt64 = 20
    /// Set to one number, this seed alone is run.
    private static let only = setting("DENWA_SIMULATION_SEED")
    private static let seeds = setting("DENWA_SIMULATION_SEEDS") ?? 10_000

    @Test(arguments: 0..<Self.runs)
    func keepsItsPromises(run: UInt64) {
        let seeds = run * Self.seeds / Self.runs..<(run + 1) * Self.seeds / Self.runs
        for seed in Self.only.map({ run == 0 ? $0..<$0 + 1 : 0..<0 }) ?? seeds {
            let violations = WriterSimulation(seed: seed).run(steps: Self.steps)
            #expect(violations.isEmpty, "DENWA_SIMULATION_SEED=\(seed) repeats it: \(violations.prefix(3))")
        }
    }

    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }
}
