import SeededRandom

/// Runs tasks one job at a time, in an order that a seed decides, with a clock that only moves when it is told to.
///
/// All of it happens on the thread that calls ``step()``; a simulation is a function of its seed.
final class SimulatedExecutor: TaskExecutor, @unchecked Sendable {
    private struct Timer {
        let due: Int
        let continuation: UnsafeContinuation<Void, Never>
    }

    private(set) var now = ContinuousClock.Instant.now
    /// Microseconds since the start.
    private(set) var elapsed = 0
    var random: SeededGenerator
    private var jobs: [UnownedJob] = []
    private var timers: [Timer] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    func enqueue(_ job: consuming ExecutorJob) { jobs.append(UnownedJob(job)) }

    var isIdle: Bool { jobs.isEmpty && timers.isEmpty }

    /// Runs one of the jobs that are ready; if there is none, time passes up to the next timer.
    func step() {
        guard !jobs.isEmpty else { return passTime() }
        let job = jobs.swapRemove(at: below(jobs.count))
        job.runSynchronously(on: asUnownedTaskExecutor())
    }

    func sleep(microseconds: Int) async {
        await withUnsafeContinuation { timers.append(Timer(due: elapsed + microseconds, continuation: $0)) }
    }

    private func passTime() {
        guard var next = timers.indices.first else { return }
        for index in timers.indices where timers[index].due < timers[next].due { next = index }
        let timer = timers.swapRemove(at: next)
        let pause = max(0, timer.due - elapsed)
        elapsed += pause
        now = now.advanced(by: .microseconds(pause))
        timer.continuation.resume()
    }

    func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: random.next() % UInt64(bound)) }

    func chance(of percent: Int) -> Bool { below(100) < percent }
}

extension Array {
    fileprivate mutating func swapRemove(at index: Int) -> Element {
        swapAt(index, count - 1)
        return removeLast()
    }
}
