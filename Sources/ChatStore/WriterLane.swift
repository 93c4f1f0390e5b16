package import ChatCore
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// One lane of the room writer: drafts wait here while the batch before them is being committed.
///
/// A room belongs to one lane, so its drafts are stored in the order they came.
package final class WriterLane<Origin: Sendable>: Sendable {
    /// A draft that waits.
    package struct Entry: Sendable {
        package let draft: Draft
        package let origin: Origin
        /// When it was handed over.
        let since: ContinuousClock.Instant
    }

    private struct Backlog {
        var entries: [Entry] = []
        var isClosed = false
        /// The lane will look at the entries without being woken.
        var isAwake = false
    }

    private let backlog = NIOLockedValueBox(Backlog())
    private let wakeups: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let committer: BatchCommitter<Origin>
    private let limit: Int

    /// - Parameter limit: drafts that may wait.
    package init(_ committer: BatchCommitter<Origin>, limit: Int) {
        self.committer = committer
        self.limit = limit
        (wakeups, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Appends and wakes; never waits.
    /// - Throws: `overloaded` if too many wait, `shutting_down` after ``close()``.
    package func submit(_ draft: Draft, from origin: Origin) throws(ChatError) {
        let entry = Entry(draft: draft, origin: origin, since: committer.clock.now())
        let mustWake: Result<Bool, ChatError> = backlog.withLockedValue { backlog in
            if backlog.isClosed { return .failure(.shuttingDown) }
            guard backlog.entries.count < limit else {
                return .failure(.overloaded("Too many messages are waiting to be stored."))
            }
            backlog.entries.append(entry)
            defer { backlog.isAwake = true }
            return .success(!backlog.isAwake)
        }
        if try mustWake.get() { wakeUp() }
    }

    /// From an event loop, only after it has looked at all its connections: what they bring at once becomes one batch.
    private func wakeUp() {
        if let eventLoop = MultiThreadedEventLoopGroup.currentEventLoop {
            eventLoop.execute { self.wake.yield() }
        } else {
            wake.yield()
        }
    }

    /// Commits whatever has arrived, until ``close()`` and the last draft.
    package func run() async {
        for await _ in wakeups { await commitBacklog() }
        await commitBacklog()
    }

    private func commitBacklog() async {
        while let batch = takeBatch() {
            guard await !committer.commit(batch) else { continue }
            // Whoever waited meanwhile has waited as long, and the next try may take as long again.
            committer.refuse(takeAll())
        }
    }

    /// Takes no more drafts; those that were taken are still stored.
    package func close() {
        backlog.withLockedValue { $0.isClosed = true }
        wake.finish()
    }

    private func takeAll() -> [Entry] {
        backlog.withLockedValue { backlog in
            defer { backlog.entries = [] }
            return backlog.entries
        }
    }

    private func takeBatch() -> [Entry]? {
        backlog.withLockedValue { backlog in
            guard !backlog.entries.isEmpty else {
                backlog.isAwake = false
                return nil
            }
            let count = Self.batchSize(of: backlog.entries)
            let batch = Array(backlog.entries.prefix(count))
            backlog.entries.removeFirst(count)
            return batch
        }
    }

    /// A change of membership stands alone: the drafts behind it have to see it.
    private static func batchSize(of entries: [Entry]) -> Int {
        var bytes = 0
        let messages = entries.prefix(batchLimit).prefix { entry in
            guard case .message(_, let body) = entry.draft.content, bytes < batchBytes else { return false }
            bytes += body.byteCount
            return true
        }
        return max(1, messages.count)
    }

    /// Drafts in one batch.
    private static var batchLimit: Int { 256 }
    /// Bytes of bodies above which a batch takes no more drafts: it is published in one piece, so this bounds the pieces.
    private static var batchBytes: Int { 262_144 }
}
