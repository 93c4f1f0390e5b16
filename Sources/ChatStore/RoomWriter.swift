package import ChatCore
package import Logging
package import Postgres
import ServiceLifecycle

/// The one way into the room log, with group commit: while a batch is being committed, what arrives becomes the next.
///
/// `Origin` is whatever the caller needs to route the answer back; the writer does not look at it.
package final class RoomWriter<Origin: Sendable>: Service {
    /// Stores a batch in one commit or not at all, and gives up at the given time; answers each draft, in order.
    package typealias Store =
        @Sendable ([Draft], ContinuousClock.Instant) async throws -> [Result<Receipt, ChatError>]

    private let lanes: [WriterLane<Origin>]
    private let executor: any TaskExecutor

    /// - Parameters:
    ///   - database: for the writer alone, with a connection for each lane.
    ///   - lanes: rooms are spread over them; what is in different lanes is committed in parallel.
    ///   - backlogLimit: drafts that may wait in a lane; one more is refused as `overloaded`.
    ///   - patience: how long senders wait at most.
    ///   - onCommit: called after each batch, with a room's events in ascending order of seq.
    package convenience init(
        database: Database, lanes: Int, backlogLimit: Int = 4096, patience: WriterPatience = .init(),
        logger: Logger,
        onCommit: @escaping @Sendable (CommittedBatch<Origin>) -> Void
    ) {
        self.init(
            on: database, lanes: lanes, backlogLimit: backlogLimit, patience: patience, logger: logger,
            store: { batch, end in try await database.run(by: end) { try LogAppend.drafts(batch, on: $0) } },
            onCommit: onCommit)
    }

    /// With any storage.
    /// - Parameter executor: where the lanes run.
    package init(
        on executor: any TaskExecutor, lanes: Int, backlogLimit: Int = 4096,
        patience: WriterPatience = .init(), logger: Logger, store: @escaping Store,
        onCommit: @escaping @Sendable (CommittedBatch<Origin>) -> Void
    ) {
        let committer = BatchCommitter<Origin>(
            store: { try await store($0.map(\.draft), $1) }, logger: logger, patience: patience, onCommit: onCommit)
        self.executor = executor
        self.lanes = (0..<max(1, lanes)).map { _ in WriterLane(committer, limit: backlogLimit) }
    }

    /// Hands a draft over; returns at once.
    /// - Throws: `overloaded`, `shutting_down`.
    package func submit(_ draft: Draft, from origin: Origin) throws(ChatError) {
        let lane = lanes[Int(UInt(bitPattern: draft.room.hashValue) % UInt(lanes.count))]
        try lane.submit(draft, from: origin)
    }

    /// Runs until graceful shutdown, then stores what was taken and returns.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for lane in lanes { group.addTask(executorPreference: executor) { await lane.run() } }
            }
        } onGracefulShutdown: {
            for lane in self.lanes { lane.close() }
        }
    }
}
