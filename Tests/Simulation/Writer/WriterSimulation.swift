import ChatCore
import ChatStore
import Logging

/// The room writer over a ``FaultyDatabase``: random senders on one side, and on the other somebody who compares every
/// answer and announcement with what is stored.
package final class WriterSimulation: @unchecked Sendable {
    private struct Sent {
        let draft: Draft
        let isFirstUse: Bool
        let at: Int
        var isAnswered = false
    }

    private static let silentLogger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
    private static let rooms = ["a", "b", "c"].map { RoomName(stored: $0) }
    private static let people = (1...3).map { number in
        Account(
            id: AccountID(rawValue: Int64(number)), handle: Handle(stored: "p\(number)"),
            displayName: DisplayName(stored: "p\(number)"))
    }
    private static let bodies = ["hi", "ho"].map { MessageBody(stored: $0) }
    private static let ids = (0..<400).map { ClientID(stored: "\($0)") }
    private static let backlogLimit = 24
    /// Nobody waits longer, in microseconds.
    private static let answer = 2_800_000

    private let executor: SimulatedExecutor
    private let database: FaultyDatabase
    private var lanes: [WriterLane<Int>] = []
    private var running = 0
    private var isClosed = false
    private var sent: [Sent] = []
    private var usedKeys: Set<DraftKey> = []
    private var unanswered = 0
    private var usedIDs = 0
    /// Up to where a room's events were announced, or said to be readable.
    private var covered: [Int64]
    private var lastFresh: [Int64]

    package init(seed: UInt64) {
        executor = SimulatedExecutor(seed: seed)
        database = FaultyDatabase(executor, rooms: Self.rooms)
        covered = Self.rooms.map { _ in 0 }
        lastFresh = covered
        let committer = BatchCommitter<Int>(
            store: { [database] in try await database.store($0, by: $1) }, logger: Self.silentLogger,
            patience: WriterPatience(answer: .microseconds(Self.answer)),
            clock: RetryClock(
                now: { [executor] in executor.now },
                sleep: { [executor] in await executor.sleep(microseconds: Int($0 / .microseconds(1))) }),
            onCommit: { [unowned self] in self.check($0) })
        lanes = (0..<2).map { _ in WriterLane(committer, limit: Self.backlogLimit) }
    }

    /// - Returns: what broke a promise.
    package func run(steps: Int) -> [String] {
        for lane in lanes {
            running += 1
            Task(executorPreference: executor) {
                await lane.run()
                self.running -= 1
            }
        }
        let end = executor.chance(of: 30) ? executor.below(steps) : steps
        for step in 0..<steps {
            if step == end { close() }
            if executor.chance(of: 30) { submit() }
            executor.step()
        }
        settle()
        return database.violations
    }

    /// The faults end; a last message in each room shows its subscribers what they may have missed.
    private func settle() {
        database.isFaulty = false
        drain()
        if !isClosed {
            for (room, name) in Self.rooms.enumerated() {
                submit(Draft(room: name, author: Self.people[0], content: .joined))
                submit(message(in: name, Self.people[0], id: newID(), Self.bodies[0]))
                drain()
                promise("room \(room) is covered up to its head", covered[room] == database.log.rooms[room].head)
            }
            close()
            drain()
        }
        promise("every draft is answered", unanswered == 0)
        promise("the lanes have ended", running == 0)
    }

    private func drain() {
        var steps = 0
        while !executor.isIdle, steps < 100_000 {
            executor.step()
            steps += 1
        }
    }

    private func close() {
        isClosed = true
        for lane in lanes { lane.close() }
    }

    // MARK: - Senders

    private func submit() {
        let name = Self.rooms[executor.below(3)]
        let author = Self.people[executor.below(3)]
        switch executor.below(100) {
        case ..<12: submit(Draft(room: name, author: author, content: .joined))
        case ..<16: submit(Draft(room: name, author: author, content: .left))
        case ..<18: submit(message(in: name, author, id: newID(), FaultyDatabase.poison))
        case ..<20: submit(message(in: RoomName(stored: "nowhere"), author, id: newID(), Self.bodies[0]))
        case ..<45 where !sent.isEmpty: submit(sent[max(0, sent.count - 1 - executor.below(20))].draft)
        case ..<47 where usedIDs > 0:
            submit(message(in: name, author, id: Self.ids[executor.below(usedIDs)], Self.bodies[1]))
        default: submit(message(in: name, author, id: newID(), Self.bodies[0]))
        }
    }

    private func newID() -> ClientID {
        usedIDs = min(usedIDs + 1, Self.ids.count)
        return Self.ids[usedIDs - 1]
    }

    private func message(in room: RoomName, _ author: Account, id: ClientID, _ body: MessageBody) -> Draft {
        Draft(room: room, author: author, content: .message(id, body))
    }

    private func submit(_ draft: Draft) {
        let origin = sent.count
        let isFirst = usedKeys.insert(draft.key).inserted
        sent.append(Sent(draft: draft, isFirstUse: isFirst, at: executor.elapsed))
        unanswered += 1
        do throws(ChatError) {
            try lanes[(database.log.index(of: draft.room) ?? 0) % 2].submit(draft, from: origin)
        } catch {
            promise("a reason to refuse", error.code == (isClosed ? .shuttingDown : .overloaded))
            sent[origin].isAnswered = true
            unanswered -= 1
        }
    }

    // MARK: - What is promised

    private func promise(_ what: @autoclosure () -> String, _ holds: Bool) {
        if !holds { database.violations.append("\(what()) (at \(executor.elapsed) µs)") }
    }

    private func check(_ batch: CommittedBatch<Int>) {
        for event in batch.events { checkAnnounced(event) }
        for (name, head) in batch.unannounced {
            guard let room = database.log.index(of: name) else { continue }
            promise("only what is stored is called readable", head <= database.log.rooms[room].head)
            covered[room] = max(covered[room], head)
        }
        for answer in batch.answers { check(answer) }
    }

    private func checkAnnounced(_ event: Event) {
        guard let room = database.log.index(of: event.room), let stored = database.log.rooms[room][event.seq] else {
            return promise("only what is stored is announced: \(event.seq)", false)
        }
        promise("an announcement is as stored", stored.content == event.content && stored.at == event.at)
        promise("an event is announced once, in order: \(event.seq) after \(covered[room])", event.seq > covered[room])
        let hole = (covered[room] + 1)..<max(covered[room] + 1, event.seq)
        promise("a hole holds only what was stored silently", hole.allSatisfy { database.silent[room].contains($0) })
        covered[room] = max(covered[room], event.seq)
    }

    private func check(_ answer: CommittedBatch<Int>.Answer) {
        promise("a draft is answered once", !sent[answer.origin].isAnswered)
        sent[answer.origin].isAnswered = true
        unanswered -= 1
        let time = executor.elapsed - sent[answer.origin].at
        promise("an answer in time: \(time) µs", time <= Self.answer)
        switch answer.result {
        case .success(let receipt): check(receipt, for: sent[answer.origin], answer.origin)
        case .failure(let error): check(error, for: sent[answer.origin], answer.origin)
        }
    }

    private func check(_ receipt: Receipt, for sent: Sent, _ origin: Int) {
        guard let room = database.log.index(of: sent.draft.room), let stored = database.log.rooms[room][receipt.seq]
        else { return promise("only what is stored is acked", false) }
        promise(
            "an ack is for this draft", stored.author == sent.draft.author.id && stored.content == sent.draft.content)
        promise("a repeat gets the first time", stored.at == receipt.at)
        promise("what is acked is announced: \(receipt.seq) in \(room)", receipt.seq <= covered[room])
        guard sent.isFirstUse, !database.storedByOthers.contains(origin), case .message = sent.draft.content else {
            return
        }
        promise("first in, first stored", receipt.seq > lastFresh[room])
        lastFresh[room] = receipt.seq
    }

    private func check(_ error: ChatError, for sent: Sent, _ origin: Int) {
        switch error.code {
        case .outcomeUnknown, .idempotencyConflict, .notAMember, .roomNotFound: break
        case .internalError: promise("only the bad draft is refused", database.hopeless.contains(origin))
        case .storageUnavailable, .overloaded, .storageFull:
            guard sent.isFirstUse, !database.storedByOthers.contains(origin),
                case .message(let id, _) = sent.draft.content
            else { return }
            let seq = database.log[sent.draft.room]?.seq(of: sent.draft.author.id, id)
            promise("what is said to be not stored is not stored: \(id)", seq == nil)
        default: promise("an error that the writer has: \(error.code)", false)
        }
    }
}

/// What makes two drafts the same event.
private struct DraftKey: Hashable {
    let room: RoomName
    let author: AccountID
    let content: Event.Content?
    let clientID: ClientID?
}

extension Draft {
    fileprivate var key: DraftKey {
        if case .message(let id, _) = content {
            DraftKey(room: room, author: author.id, content: nil, clientID: id)
        } else {
            DraftKey(room: room, author: author.id, content: content, clientID: nil)
        }
    }
}
