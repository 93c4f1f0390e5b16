import Simulation
import Testing

/// A few worlds only; `simulate`, built for release, goes through ten thousand of them.
@Suite struct SocketSimulationTests {
    @Test(arguments: 0..<100 as Range<UInt64>)
    func servesEverySocket(seed: UInt64) {
        #expect(SocketSimulation(seed: seed).run(steps: 300) == [])
    }
}
