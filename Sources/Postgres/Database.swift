package import NIOCore
import NIOPosix
import Synchronization

/// The threads that own the connections.
///
/// libpq blocks, so it runs on threads of its own, and each thread keeps one connection: a job that has a thread has a
/// connection, and nothing ever waits for one. The queue in front is bounded.
package final class Database: Sendable {
    private let threads: NIOThreadPool
    private let slot = ThreadSpecificVariable<Slot>()
    private let url: String
    private let settings: ConnectionSettings
    private let waitingLimit: Int
    private let patience: Duration
    private let waiting = Atomic<Int>(0)

    /// The connection of one thread. Only that thread ever sees it.
    private final class Slot: Sendable {
        nonisolated(unsafe) var connection: Connection?
    }

    /// - Parameters:
    ///   - connections: how many threads, each with a connection opened at its first job.
    ///   - waitingLimit: jobs that may wait or run; one more is refused as `busy`.
    ///   - patience: a job that has waited longer is refused as `busy` instead of being run.
    package init(
        url: String, connections: Int, settings: ConnectionSettings = .init(), waitingLimit: Int = 1024,
        patience: Duration = .seconds(3)
    ) {
        self.url = url
        self.settings = settings
        self.waitingLimit = waitingLimit
        self.patience = patience
        self.threads = NIOThreadPool(numberOfThreads: max(1, connections))
        self.threads.start()
    }

    /// Lends a connection to `body`, on a storage thread: the one that the task is on already, if it prefers this executor.
    /// - Throws: ``PostgresError``, or what `body` throws.
    package func run<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        if let slot = slotOfThread { return try perform(on: slot, body) }
        let began = try admit()
        // Here and not on the thread: a job that was cancelled while it waited never gets there.
        defer { leave() }
        return try await threads.runIfActive { try self.perform(began, body) }
    }

    /// The same for a caller on an event loop; the future completes on that loop.
    package func run<T: Sendable>(
        on eventLoop: any EventLoop, _ body: @escaping @Sendable (Connection) throws -> T
    ) -> EventLoopFuture<T> {
        let began: NIODeadline
        do { began = try admit() } catch { return eventLoop.makeFailedFuture(error) }
        return threads.runIfActive(eventLoop: eventLoop) {
            defer { self.leave() }
            return try self.perform(began, body)
        }
    }

    /// Ends the threads after the jobs they have; their connections close with them.
    package func shutdown() async throws {
        try await threads.shutdownGracefully()
    }

    private func admit() throws(PostgresError) -> NIODeadline {
        guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= waitingLimit else {
            leave()
            throw PostgresError(.busy, "\(waitingLimit) database jobs are already waiting")
        }
        return .now()
    }

    private func leave() { waiting.wrappingSubtract(1, ordering: .relaxed) }

    private func perform<T>(_ began: NIODeadline, _ body: (Connection) throws -> T) throws -> T {
        guard NIODeadline.now() - began <= TimeAmount(patience) else {
            throw PostgresError(.busy, "the job has waited for more than \(patience)")
        }
        return try perform(on: ownSlot(), body)
    }

    private func perform<T>(on slot: Slot, _ body: (Connection) throws -> T) throws -> T {
        if slot.connection?.hasEnded == true { slot.connection = nil }
        let connection = try slot.connection ?? Connection(url: url, settings: settings)
        slot.connection = connection
        defer { if !connection.isUsable { slot.connection = nil } }
        do {
            return try body(connection)
        } catch let error as PostgresError where error.isReadOnly {
            // Another server may have become the one that takes writes; a new connection finds it.
            slot.connection = nil
            throw error
        }
    }

    /// `nil` on any but a storage thread.
    private var slotOfThread: Slot? { slot.currentValue }

    private func ownSlot() -> Slot {
        if let slot = slotOfThread { return slot }
        let new = Slot()
        self.slot.currentValue = new
        return new
    }
}

/// A task that prefers the storage threads reaches its connection without a change of threads (SE-0417).
extension Database: TaskExecutor {
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        threads.submit { _ in
            _ = self.ownSlot()
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
