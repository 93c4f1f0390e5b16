package import ChatCore
package import Logging
import Postgres

/// Stores one batch and says what came of it, whatever the database does meanwhile.
package struct BatchCommitter<Origin: Sendable>: Sendable {
    package typealias Entry = WriterLane<Origin>.Entry

    /// Stores a batch in one commit or not at all, and gives up at the given time; answers each entry, in order.
    package typealias StoreBatch =
        @Sendable ([Entry], ContinuousClock.Instant) async throws -> [Result<Receipt, ChatError>]

    /// The times of one batch.
    private struct Times {
        /// Its senders are answered by then.
        let end: ContinuousClock.Instant
        /// No try begins later.
        let lastTry: ContinuousClock.Instant
    }

    let clock: RetryClock
    private let store: StoreBatch
    private let logger: Logger
    private let patience: WriterPatience
    private let onCommit: @Sendable (CommittedBatch<Origin>) -> Void

    /// - Parameter onCommit: gets what came of each batch, on the lane's task.
    package init(
        store: @escaping StoreBatch, logger: Logger, patience: WriterPatience, clock: RetryClock = .continuous,
        onCommit: @escaping @Sendable (CommittedBatch<Origin>) -> Void
    ) {
        self.clock = clock
        self.store = store
        self.logger = logger
        self.patience = patience
        self.onCommit = onCommit
    }

    /// Tries until the batch is stored, refused, or its time has passed.
    ///
    /// A connection that dies may have died after the commit. The batch is then tried again: what had been stored
    /// is found as a repeat, and gets its first answer.
    /// - Parameter batch: in the order in which the drafts were handed over.
    /// - Returns: whether the database can be worked with.
    @discardableResult
    func commit(_ batch: [Entry]) async -> Bool {
        let now = clock.now()
        let late = batch.prefix { $0.since + patience.answer < now + patience.leastTry }
        if !late.isEmpty {
            answer(Array(late), .overloaded("What was sent before this message took too long to be stored."))
        }
        guard let oldest = batch.dropFirst(late.count).first else { return true }
        let times = Times(end: oldest.since + patience.answer, lastTry: now + patience.retries)
        return await commit(late.isEmpty ? batch : Array(batch[late.count...]), times, isAmbiguous: false)
    }

    /// - Parameter isAmbiguous: the batch may have been stored already.
    private func commit(_ batch: [Entry], _ times: Times, isAmbiguous: Bool) async -> Bool {
        var pause = Duration.milliseconds(20)
        var isAmbiguous = isAmbiguous
        while true {
            let began = clock.now()
            do {
                onCommit(Self.settle(batch, try await store(batch, times.end)))
                return true
            } catch {
                let failure = error as? PostgresError
                if failure?.kind == .connectionLost { isAmbiguous = true }
                // A repeat that was stored by another writer meanwhile is found at the next try.
                let mayHelp = failure.map { $0.isTransient && !$0.isOutOfSpace || $0.isUniqueViolation } ?? false
                // Another try may take as long as this one did.
                guard mayHelp, clock.now() + (clock.now() - began) + pause < min(times.end, times.lastTry) else {
                    return await give(up: batch, because: error, times, isAmbiguous) && !mayHelp
                }
                logger.debug("A batch of \(batch.count) is tried again: \(error)")
                await clock.sleep(pause)
                pause *= 2
            }
        }
    }

    /// Answers drafts that were never sent to the database.
    func refuse(_ batch: [Entry]) {
        guard !batch.isEmpty else { return }
        answer(batch, .storageUnavailable)
    }

    private func give(
        up batch: [Entry], because error: any Error, _ times: Times, _ isAmbiguous: Bool
    ) async -> Bool {
        // One bad draft must not take the others with it.
        let isTheirFault = (error as? PostgresError).map { !$0.isTransient } ?? true
        if isTheirFault, batch.count > 1 { return await commitEach(of: batch, times, isAmbiguous) }
        logger.error("A batch of \(batch.count) was not stored: \(error)")
        answer(batch, isAmbiguous ? .outcomeUnknown : ChatError(storage: error))
        return true
    }

    /// All in the time of one.
    private func commitEach(of batch: [Entry], _ times: Times, _ isAmbiguous: Bool) async -> Bool {
        var isUsable = true
        for (index, entry) in batch.enumerated() {
            guard clock.now() < min(times.end, times.lastTry) else {
                answer(Array(batch[index...]), isAmbiguous ? .outcomeUnknown : .storageUnavailable)
                return false
            }
            isUsable = await commit([entry], times, isAmbiguous: isAmbiguous)
        }
        return isUsable
    }

    private func answer(_ batch: [Entry], _ refusal: ChatError) {
        let answers = batch.map {
            CommittedBatch<Origin>.Answer(draft: $0.draft, origin: $0.origin, result: .failure(refusal))
        }
        onCommit(CommittedBatch(answers: answers, events: []))
    }

    private static func settle(_ batch: [Entry], _ results: [LogAppend.Answer]) -> CommittedBatch<Origin> {
        var answers: [CommittedBatch<Origin>.Answer] = []
        var events: [Event] = []
        var unannounced: [RoomName: Int64] = [:]
        for (entry, result) in zip(batch, results) {
            let draft = entry.draft
            answers.append(.init(draft: draft, origin: entry.origin, result: result))
            guard case .success(let receipt) = result else { continue }
            if !receipt.duplicate {
                events.append(
                    Event(
                        room: draft.room, seq: receipt.seq, author: draft.author, at: receipt.at, content: draft.content
                    ))
            } else {
                // It may have been stored by a commit that nobody was told of, in this batch or in one long given up.
                unannounced[draft.room] = max(unannounced[draft.room] ?? 0, receipt.seq)
            }
        }
        return CommittedBatch(answers: answers, events: events, unannounced: unannounced)
    }
}
