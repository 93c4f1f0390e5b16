import ArgumentParser
import Dispatch
import NIOConcurrencyHelpers
import Simulation

/// Runs the simulation of the sockets for many seeds, on all cores. Built for release it is thirty times as fast as in the
/// unit tests, which run a few seeds of it.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Simulates sockets, each seed in a world of its own.",
        discussion: "A fault is named with its seed; --first SEED --seeds 1 repeats it.")

    @Option(help: "How many seeds.")
    var seeds = 10_000

    @Option(help: "The first seed.")
    var first = 0

    @Option(help: "Steps of each.")
    var steps = 1000

    func run() throws {
        let faulty = NIOLockedValueBox<[Int]>([])
        let done = NIOLockedValueBox(0)
        DispatchQueue.concurrentPerform(iterations: seeds) { index in
            let faults = SocketSimulation(seed: UInt64(first + index)).run(steps: steps)
            if !faults.isEmpty {
                print("seed \(first + index): \(faults.prefix(3))")
                faulty.withLockedValue { $0.append(first + index) }
            }
            let count = done.withLockedValue { done in
                done += 1
                return done
            }
            if count % 1000 == 0 { print("\(count) of \(seeds) seeds") }
        }
        let failed = faulty.withLockedValue { $0.count }
        print("\(seeds) seeds of \(steps) steps: \(failed) with faults")
        if failed > 0 { throw ExitCode.failure }
    }
}
