import ChatCore
import Logging
import Postgres
import Synchronization

/// One lane of the room writer: drafts wait here while the batch before them is being committed.
///
/// A room belongs to one lane, so its drafts are stored in the order they came.
final class WriterLane<Origin: Sendable>: Sendable {
    struct Entry: Sendable {
        let draft: Draft
        let origin: Origin
    }

    private struct Backlog {
        var entries: [Entry] = []
        var isClosed = false
    }

    private let backlog = Mutex(Backlog())
    private let wakeups: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let committer: BatchCommitter<Origin>
    private let limit: Int

    /// - Parameter limit: drafts that may wait.
    init(_ committer: BatchCommitter<Origin>, limit: Int) {
        self.committer = committer
        self.limit = limit
        (wakeups, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Appends and wakes; never waits.
    func submit(_ entry: Entry) throws(ChatError) {
        let refusal: ChatError? = backlog.withLock { backlog in
            if backlog.isClosed { return .shuttingDown }
            if backlog.entries.count >= limit { return .overloaded("Too many messages are waiting to be stored.") }
            backlog.entries.append(entry)
            return nil
        }
        if let refusal { throw refusal }
        wake.yield()
    }

    /// Commits whatever has arrived, until ``close()`` and the last draft.
    func run() async {
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
    func close() {
        backlog.withLock { $0.isClosed = true }
        wake.finish()
    }

    private func takeAll() -> [Entry] {
        backlog.withLock { backlog in
            defer { backlog.entries = [] }
            return backlog.entries
        }
    }

    private func takeBatch() -> [Entry]? {
        backlog.withLock { backlog in
            guard !backlog.entries.isEmpty else { return nil }
            let count = Self.batchSize(of: backlog.entries)
            let batch = Array(backlog.entries.prefix(count))
            backlog.entries.removeFirst(count)
            return batch
        }
    }

    /// A change of membership stands alone: the drafts behind it have to see it.
    private static func batchSize(of entries: [Entry]) -> Int {
        let messages = entries.prefix(256).prefix { $0.draft.isMessage }.count
        return max(1, messages)
    }
}

extension Draft {
    /// Whether the draft goes into a joint batch.
    fileprivate var isMessage: Bool {
        if case .message = content { true } else { false }
    }
}
