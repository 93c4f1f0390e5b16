import Glibc
import NIOConcurrencyHelpers
import NIOPosix
import Synchronization

/// A few threads with memory of their own, and the queue in front of them.
final class HashingSlots: Sendable {
    private typealias Turn = CheckedContinuation<SlotMemory, any Error>

    private let threads: NIOThreadPool
    private let queue: NIOLockedValueBox<SlotQueue<SlotMemory, Turn>>
    private let patience: Duration
    private let nextID = Atomic<Int>(0)

    /// - Parameters:
    ///   - count: of the slots, at least 1.
    ///   - queue: how many may wait for one.
    ///   - patience: how long one may wait, counted from when the request came.
    ///   - memoryBytes: what each slot keeps.
    init(count: Int, queue limit: Int, patience: Duration, memoryBytes: Int) {
        let slots = (0..<max(1, count)).map { _ in SlotMemory(usualBytes: memoryBytes) }
        self.queue = NIOLockedValueBox(SlotQueue(free: slots, limit: max(0, limit)))
        self.patience = patience
        self.threads = NIOThreadPool(numberOfThreads: slots.count)
        self.threads.start()
    }

    /// Ends the threads after the work that has begun; all else fails with `CancellationError`.
    func shutdown() async throws {
        for turn in queue.withLockedValue({ $0.close() }) { turn.resume(throwing: CancellationError()) }
        try await threads.shutdownGracefully()
    }

    /// Runs `work` on a thread of a slot. The slot is the work's: it is free when the work ends, whoever waits for it.
    /// - Parameter arrival: from when on it has waited, wherever it did.
    /// - Throws: ``PasswordHasher/Failure/busy``, `CancellationError` if cancelled before, or what `work` throws.
    func run<T: Sendable>(
        since arrival: ContinuousClock.Instant = .now, _ work: @escaping @Sendable (SlotMemory) throws -> T
    ) async throws -> T {
        let memory = try await slot(until: arrival + patience)
        guard !Task.isCancelled else {
            giveBack(memory)
            throw CancellationError()
        }
        return try await withCheckedThrowingContinuation { continuation in
            threads.submit { state in
                let result = Result {
                    guard state == .active else { throw CancellationError() }
                    Self.yieldToOthers()
                    return try work(memory)
                }
                self.giveBack(memory)
                continuation.resume(with: result)
            }
        }
    }

    /// Gives this thread a tenth of the processor's time when others want it too: who logs in can wait, who chats shall not notice.
    /// On Linux the 0 means this thread and not the process. A process that was given even less keeps that.
    private static func yieldToOthers() {
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
    }

    private func slot(until end: ContinuousClock.Instant) async throws -> SlotMemory {
        let id = nextID.wrappingAdd(1, ordering: .relaxed).newValue
        let alarm = NIOLockedValueBox<Task<Void, Never>?>(nil)
        defer { alarm.withLockedValue { $0?.cancel() } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { turn in
                guard enter(id, turn) else { return }
                alarm.withLockedValue { $0 = self.alarm(id, at: end) }
                // Before it entered, a cancellation did not find it.
                if Task.isCancelled { leave(id, CancellationError()) }
            }
        } onCancel: {
            leave(id, CancellationError())
        }
    }

    /// - Returns: whether it waits; if not, it has its answer.
    private func enter(_ id: Int, _ turn: Turn) -> Bool {
        switch queue.withLockedValue({ $0.enter(id, turn) }) {
        case .waits: return true
        case .hasSlot(let memory): turn.resume(returning: memory)
        case .isRefused: turn.resume(throwing: PasswordHasher.Failure.busy)
        case .isClosed: turn.resume(throwing: CancellationError())
        }
        return false
    }

    private func alarm(_ id: Int, at end: ContinuousClock.Instant) -> Task<Void, Never> {
        Task {
            do { try await Task.sleep(until: end, clock: .continuous) } catch { return }
            leave(id, PasswordHasher.Failure.busy)
        }
    }

    private func leave(_ id: Int, _ reason: any Error) {
        queue.withLockedValue { $0.leave(id) }?.resume(throwing: reason)
    }

    private func giveBack(_ memory: SlotMemory) {
        queue.withLockedValue { $0.giveBack(memory) }?.resume(returning: memory)
    }
}
