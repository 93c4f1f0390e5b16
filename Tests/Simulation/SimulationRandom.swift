import SeededRandom

/// One source of randomness for all parts of a simulation.
package final class SimulationRandom: @unchecked Sendable {
    private var generator: SeededGenerator

    package init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    package func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

    package func chance(of percent: Int) -> Bool { below(100) < percent }
}
