import Simulation
import Testing

/// The room writer in a few worlds where the database fails in every way it can; `simulate`, built for release, goes through ten
/// thousand of them.
@Suite struct WriterSimulationTests {
    @Test(arguments: 0..<100 as Range<UInt64>)
    func keepsItsPromises(seed: UInt64) {
        #expect(WriterSimulation(seed: seed).run(steps: 300) == [])
    }
}
