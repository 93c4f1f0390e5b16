import Glibc
import Testing

@testable import Passwords

@Suite(.timeLimit(.minutes(1))) struct HashingSlotsTests {
    private let gate = Gate()

    @Test func isBusyAfterThePatience() async throws {
        let slots = Self.slots(queue: 4, patience: .milliseconds(50))
        let holder = try await occupied(slots)
        let clock = ContinuousClock()
        let waited = await clock.measure {
            await #expect(throws: PasswordHasher.Failure.busy) {
                try await slots.run { _ in Issue.record("What is not waited for must not run.") }
            }
        }
        #expect(waited >= .milliseconds(50))
        gate.open()
        try await holder.value
        #expect(try await slots.run { _ in 7 } == 7)
        try await slots.shutdown()
    }

    /// What a request has waited for elsewhere is not given to it again.
    @Test func thePatienceCountsFromTheArrival() async throws {
        let slots = Self.slots(queue: 4, patience: .seconds(600))
        let holder = try await occupied(slots)
        await #expect(throws: PasswordHasher.Failure.busy) {
            try await slots.run(since: .now - .seconds(600)) { _ in Issue.record("Its time is over.") }
        }
        gate.open()
        try await holder.value
        #expect(try await slots.run(since: .now - .seconds(600)) { _ in 7 } == 7)
        try await slots.shutdown()
    }

    /// Who chats does not notice who logs in.
    @Test func otherThreadsComeFirst() async throws {
        let niceness = { @Sendable in getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
        let slots = Self.slots(queue: 0, patience: .seconds(600))
        #expect(try await slots.run { _ in niceness() } >= 10 && niceness() < 10)
        try await slots.shutdown()
    }

    @Test func isBusyAtOnceWhenTheQueueIsFull() async throws {
        let slots = Self.slots(queue: 0, patience: .seconds(600))
        let holder = try await occupied(slots)
        await #expect(throws: PasswordHasher.Failure.busy) { try await slots.run { _ in } }
        gate.open()
        try await holder.value
        try await slots.shutdown()
    }

    /// It has its answer before a slot is free, and leaves its place in the queue to another.
    @Test func whoIsCancelledWhileItWaitsDoesNotRun() async throws {
        let slots = Self.slots(queue: 1, patience: .seconds(600))
        let holder = try await occupied(slots)
        for _ in 0..<50 {
            let waiter = Task { try await slots.run { _ in Issue.record("What was cancelled must not run.") } }
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
        }
        let last = Task { try await slots.run { _ in 7 } }
        gate.open()
        #expect(try await last.value == 7)
        try await holder.value
        try await slots.shutdown()
    }

    @Test func whoWasCancelledBeforeDoesNotRunEither() async throws {
        let slots = Self.slots(queue: 0, patience: .seconds(600))
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await slots.run { _ in Issue.record("What was cancelled must not run.") }
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(try await slots.run { _ in 7 } == 7)
        try await slots.shutdown()
    }

    /// The work cannot be stopped; its slot is not free before it ends.
    @Test func whoIsCancelledWhileItRunsKeepsItsSlot() async throws {
        let slots = Self.slots(queue: 0, patience: .seconds(600))
        let holder = try await occupied(slots)
        holder.cancel()
        await #expect(throws: PasswordHasher.Failure.busy) { try await slots.run { _ in } }
        gate.open()
        try await holder.value
        #expect(try await slots.run { _ in 7 } == 7)
        try await slots.shutdown()
    }

    @Test func failedWorkLeavesItsSlot() async throws {
        let slots = Self.slots(queue: 0, patience: .seconds(600))
        for _ in 0..<3 {
            await #expect(throws: PasswordHasher.Failure.unknownPepper) {
                try await slots.run { _ in throw PasswordHasher.Failure.unknownPepper }
            }
        }
        try await slots.shutdown()
    }

    @Test func shutdownWaitsForWhatRunsAndForNothingElse() async throws {
        let slots = Self.slots(queue: 1, patience: .seconds(600))
        let holder = try await occupied(slots)
        let waiter = Task { try await slots.run { _ in Issue.record("Nothing begins after the end.") } }
        let shutdown = Task { try await slots.shutdown() }
        await #expect(throws: CancellationError.self) { try await waiter.value }
        gate.open()
        try await holder.value
        try await shutdown.value
        await #expect(throws: CancellationError.self) { try await slots.run { _ in } }
    }

    /// Whatever becomes of the requests, all slots are there in the end.
    @Test func losesNoSlot() async throws {
        let slots = HashingSlots(count: 3, queue: 20, patience: .milliseconds(1), memoryBytes: 0)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2000 {
                let task = Task { try await slots.run { _ in } }
                if number.isMultiple(of: 3) { task.cancel() }
                group.addTask { _ = await task.result }
            }
        }
        let running = (0..<3).map { _ in Task { try await slots.run { _ in gate.wait() } } }
        while gate.arrivals < 3 { try await Task.sleep(for: .milliseconds(1)) }
        gate.open()
        for task in running { try await task.value }
        try await slots.shutdown()
    }

    private static func slots(queue: Int, patience: Duration) -> HashingSlots {
        HashingSlots(count: 1, queue: queue, patience: patience, memoryBytes: 0)
    }

    /// Returns when the only slot is taken; it is until the gate opens.
    private func occupied(_ slots: HashingSlots) async throws -> Task<Void, any Error> {
        let task = Task { try await slots.run { _ in gate.wait() } }
        while gate.arrivals == 0 { try await Task.sleep(for: .milliseconds(1)) }
        return task
    }
}
