import ChatCore
import Logging
import Postgres

/// Stores one batch and says what came of it, whatever the database does meanwhile.
struct BatchCommitter<Origin: Sendable>: Sendable {
    typealias Entry = WriterLane<Origin>.Entry

    /// Stores a batch in one commit or not at all; answers each entry, in order.
    typealias StoreBatch = @Sendable ([Entry]) async throws -> [LogAppend.Answer]

    let store: StoreBatch
    let logger: Logger
    /// No try begins later, so senders are answered by then or one connect time-out later.
    let deadline: Duration
    var clock = RetryClock.continuous
    let onCommit: @Sendable (CommittedBatch<Origin>) -> Void

    /// Tries until the batch is stored, refused, or the deadline has passed.
    ///
    /// A connection that dies may have died after the commit. The batch is then tried again: what had been stored
    /// is found as a repeat, and gets its first answer.
    /// - Returns: whether the database can be worked with.
    @discardableResult
    func commit(_ batch: [Entry]) async -> Bool {
        await commit(batch, until: clock.now() + deadline, isAmbiguous: false)
    }

    /// - Parameter isAmbiguous: the batch may have been stored already.
    private func commit(_ batch: [Entry], until end: ContinuousClock.Instant, isAmbiguous: Bool) async -> Bool {
        var pause = Duration.milliseconds(20)
        var isAmbiguous = isAmbiguous
        while true {
            let began = clock.now()
            do {
                onCommit(Self.settle(batch, try await store(batch)))
                return true
            } catch {
                let failure = error as? PostgresError
                if failure?.kind == .connectionLost { isAmbiguous = true }
                // A repeat that was stored by another writer meanwhile is found at the next try.
                let mayHelp = failure.map { $0.isTransient && !$0.isOutOfSpace || $0.isUniqueViolation } ?? false
                // Another try may take as long as this one did.
                guard mayHelp, clock.now() + (clock.now() - began) + pause < end else {
                    return await give(up: batch, because: error, until: end, isAmbiguous) && !mayHelp
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
        up batch: [Entry], because error: any Error, until end: ContinuousClock.Instant, _ isAmbiguous: Bool
    ) async -> Bool {
        // One bad draft must not take the others with it.
        let isTheirFault = (error as? PostgresError).map { !$0.isTransient } ?? true
        if isTheirFault, batch.count > 1 { return await commitEach(of: batch, until: end, isAmbiguous) }
        logger.error("A batch of \(batch.count) was not stored: \(error)")
        answer(batch, isAmbiguous ? Self.outcomeUnknown : ChatError(storage: error))
        return true
    }

    /// All in the time of one.
    private func commitEach(of batch: [Entry], until end: ContinuousClock.Instant, _ isAmbiguous: Bool) async -> Bool {
        var isUsable = true
        for (index, entry) in batch.enumerated() {
            guard clock.now() < end else {
                answer(Array(batch[index...]), isAmbiguous ? Self.outcomeUnknown : .storageUnavailable)
                return false
            }
            isUsable = await commit([entry], until: end, isAmbiguous: isAmbiguous)
        }
        return isUsable
    }

    private static var outcomeUnknown: ChatError {
        ChatError(
            .outcomeUnknown,
            "The database did not say whether the message was stored. Send it again with the same client id.",
            retryAfterMilliseconds: 1000)
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
