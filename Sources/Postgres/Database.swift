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
    /// How often a connection was lost, or turned out to lead to a server that takes no writes.
    private let losses = Atomic<Int>(0)

    /// The connection of one thread. Only that thread ever sees it.
    private final class Slot: Sendable {
        nonisolated(unsafe) var connection: Connection?
        /// How many losses there had been when its making began.
        nonisolated(unsafe) var losses = 0
        /// Given up by whoever began it; the next job has what comes of it.
        nonisolated(unsafe) var dialling: Dialling?
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
    /// - Parameter end: when the caller gives up, whatever the database does: a connection or an answer that has not come
    ///   by then is counted as lost.
    /// - Throws: ``PostgresError``, or what `body` throws.
    package func run<T: Sendable>(
        by end: ContinuousClock.Instant? = nil, _ body: @escaping @Sendable (Connection) throws -> T
    ) async throws -> T {
        if let slot = slotOfThread { return try perform(on: slot, by: end, body) }
        let began = try admit()
        // Here and not on the thread: a job that was cancelled while it waited never gets there.
        defer { leave() }
        return try await threads.runIfActive { try self.perform(began, by: end, body) }
    }

    /// The same for a caller on an event loop; the future completes on that loop.
    package func run<T: Sendable>(
        on eventLoop: any EventLoop, _ body: @escaping @Sendable (Connection) throws -> T
    ) -> EventLoopFuture<T> {
        let began: NIODeadline
        do { began = try admit() } catch { return eventLoop.makeFailedFuture(error) }
        return threads.runIfActive(eventLoop: eventLoop) {
            defer { self.leave() }
            return try self.perform(began, by: nil, body)
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

    private func perform<T>(
        _ began: NIODeadline, by end: ContinuousClock.Instant?, _ body: (Connection) throws -> T
    ) throws -> T {
        guard NIODeadline.now() - began <= TimeAmount(patience) else {
            throw PostgresError(.busy, "the job has waited for more than \(patience)")
        }
        return try perform(on: ownSlot(), by: end, body)
    }

    private func perform<T>(
        on slot: Slot, by end: ContinuousClock.Instant?, _ body: (Connection) throws -> T
    ) throws -> T {
        let connection = try connection(of: slot, by: end)
        connection.answersBy = end
        defer { if !connection.isUsable { slot.connection = nil } }
        do {
            return try body(connection)
        } catch let error as PostgresError where error.isReadOnly || error.kind == .connectionLost {
            // Another server may have become the one that takes writes; a new connection finds it. What happened to this one
            // has happened to the others, and each would find out by itself, after a time-out.
            losses.wrappingAdd(1, ordering: .relaxed)
            throw error
        }
    }

    private func connection(of slot: Slot, by end: ContinuousClock.Instant?) throws(PostgresError) -> Connection {
        if let dialling = slot.dialling, dialling.isDone {
            slot.connection = slot.connection ?? (try? dialling.connection(by: .now)?.get())
            slot.dialling = nil
        }
        let losses = losses.load(ordering: .relaxed)
        if let connection = slot.connection, slot.losses == losses, !connection.hasEnded { return connection }
        slot.connection = nil
        if slot.dialling == nil { slot.losses = losses }
        let connection =
            if let end { try dial(slot, by: end) } else { try Connection(url: url, settings: settings) }
        slot.connection = connection
        return connection
    }

    private func dial(_ slot: Slot, by end: ContinuousClock.Instant) throws(PostgresError) -> Connection {
        let dialling = slot.dialling ?? Dialling(url: url, settings: settings)
        slot.dialling = dialling
        guard let outcome = dialling.connection(by: end) else {
            throw PostgresError(.unreachable, "no connection came about in time")
        }
        slot.dialling = nil
        return try outcome.get()
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
    /// Runs the job on one of the storage threads, behind what waits already.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        threads.submit { _ in
            _ = self.ownSlot()
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
