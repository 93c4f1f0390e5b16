import ArgumentParser
import Dispatch
import NIOConcurrencyHelpers
import Simulation

/// Runs the simulations of the sockets and of the room writer for many seeds, on all cores. Built for release it is thirty times
/// as fast as in the unit tests, which run a few seeds of each.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Simulates sockets and the room writer, each seed in a world of its own.",
        discussion: "A fault is named with its seed; --first SEED --seeds 1 repeats it.")

    @Option(help: "How many seeds.")
    var seeds = 10_000

    @Option(help: "The first seed.")
    var first = 0

    @Option(help: "Steps of each.")
    var steps = 1000

    func run() throws {
        let faulty =
            count("sockets") { SocketSimulation(seed: $0).run(steps: steps) }
            + count("room writer") { WriterSimulation(seed: $0).run(steps: steps) }
        if faulty > 0 { throw ExitCode.failure }
    }

    /// - Parameter faults: what a seed has found.
    /// - Returns: how many seeds have found something.
    private func count(_ name: String, _ faults: @escaping @Sendable (_ seed: UInt64) -> [String]) -> Int {
        let tally = NIOLockedValueBox((done: 0, faulty: 0))
        DispatchQueue.concurrentPerform(iterations: seeds) { index in
            let found = faults(UInt64(first + index))
            if !found.isEmpty { print("\(name), seed \(first + index): \(found.prefix(3))") }
            let done = tally.withLockedValue { tally in
                tally.done += 1
                if !found.isEmpty { tally.faulty += 1 }
                return tally.done
            }
            if done % 1000 == 0 { print("\(name): \(done) of \(seeds) seeds") }
        }
        let faulty = tally.withLockedValue { $0.faulty }
        print("\(name): \(seeds) seeds of \(steps) steps, \(faulty) with faults")
        return faulty
    }
}
