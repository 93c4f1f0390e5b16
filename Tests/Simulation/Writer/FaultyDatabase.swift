import ChatCore
import ChatStore
import Postgres

/// A database in memory that refuses, dies, hangs and forgets to answer as its executor's seed says.
final class FaultyDatabase: @unchecked Sendable {
    typealias Batch = [WriterLane<Int>.Entry]

    /// A message that the database refuses whatever comes with it.
    static let poison = MessageBody(stored: "poison")
    /// Microseconds after which the writer counts a silent database as lost.
    static let patience = 3_000_000

    let executor: SimulatedExecutor
    var log: ModelLog
    /// Off: every batch is stored at once.
    var isFaulty = true
    /// Nobody is told of a break of the rules but by this.
    var violations: [String] = []
    /// Seqs, by room, of what was stored without the writer knowing.
    private(set) var silent: [Set<Int64>]
    /// Drafts, by origin, that met a fault without cure alone, or one that may last too long.
    private(set) var hopeless: Set<Int> = []
    /// Drafts, by origin, of which another writer may have stored one at the same time.
    private(set) var storedByOthers: Set<Int> = []
    private var outageEnd = 0
    /// Until when a transaction that nobody waits for any more holds the rooms' locks.
    private var locked: [Int]

    init(_ executor: SimulatedExecutor, rooms: [RoomName]) {
        self.executor = executor
        log = ModelLog(rooms)
        silent = rooms.map { _ in [] }
        locked = rooms.map { _ in 0 }
    }

    func store(_ batch: Batch, by end: ContinuousClock.Instant) async throws -> [Result<Receipt, ChatError>] {
        checkForm(of: batch)
        try await takeTime(200 + executor.below(2000), by: end)
        if isFaulty { try await fail(batch, by: end) }
        if batch.contains(where: { $0.isPoisoned }) {
            if batch.count == 1 { hopeless.insert(batch[0].origin) }
            throw PostgresError(state: "22021")
        }
        return batch.map { log.store($0.draft) }
    }

    /// - Throws: if whoever waits gives up before.
    private func takeTime(_ microseconds: Int, by end: ContinuousClock.Instant) async throws {
        let left = max(0, Int((end - executor.now) / .microseconds(1)))
        await executor.sleep(microseconds: min(microseconds, left))
        if microseconds > left { throw PostgresError(.connectionLost, "silent") }
    }

    private func checkForm(of batch: Batch) {
        let changes = batch.count { !$0.isMessage }
        if batch.isEmpty || batch.count > 256 { violations.append("a batch of \(batch.count)") }
        if changes > 0, batch.count > 1 { violations.append("a change of membership in a batch of \(batch.count)") }
    }

    // MARK: - Faults

    private func fail(_ batch: Batch, by end: ContinuousClock.Instant) async throws {
        if executor.elapsed < outageEnd { throw PostgresError(.unreachable, "no server") }
        if batch.contains(where: { isLocked($0) }) {
            try await takeTime(2_000_000, by: end)
            throw PostgresError(state: "55P03")
        }
        switch executor.below(100) {
        case ..<70: break
        case ..<76: throw PostgresError(state: ["40001", "57P03", "53100", "40P01"][executor.below(4)])
        case ..<78: throw PostgresError(.unreachable, "refused")
        case ..<80:
            outageEnd = executor.elapsed + executor.below(8_000_000)
            throw PostgresError(.unreachable, "an outage begins")
        case ..<85:
            storeSilently(batch)
            throw PostgresError(.connectionLost, "lost after the commit")
        case ..<89: throw PostgresError(.connectionLost, "lost before the commit")
        case ..<92: try await hang(batch, by: end)
        case ..<95:
            storeSilently([batch[executor.below(batch.count)]])
            storedByOthers.formUnion(batch.map(\.origin))
            hopeless.formUnion(batch.map(\.origin))
            throw PostgresError(state: "23505")
        case ..<97:
            if batch.count == 1 { hopeless.insert(batch[0].origin) }
            throw PostgresError(state: "XX000")
        default: throw PostgresError(.busy, "too many jobs")
        }
    }

    /// The writer stops waiting; the transaction may still be committed, then or later.
    private func hang(_ batch: Batch, by end: ContinuousClock.Instant) async throws {
        let isLate = executor.chance(of: 50)
        if executor.chance(of: 50), !isLate { storeSilently(batch) }
        if isLate { holdLocks(batch) }
        try await takeTime(Self.patience, by: end)
        throw PostgresError(.connectionLost, "silent")
    }

    private func holdLocks(_ batch: Batch) {
        let pause = Self.patience + executor.below(4_000_000)
        for entry in batch {
            if let room = log.index(of: entry.draft.room) { locked[room] = executor.elapsed + pause }
        }
        let isCommitted = executor.chance(of: 50)
        Task(executorPreference: executor) { [self] in
            await executor.sleep(microseconds: pause - 1)
            if isCommitted { storeSilently(batch) }
        }
    }

    private func isLocked(_ entry: WriterLane<Int>.Entry) -> Bool {
        log.index(of: entry.draft.room).map { executor.elapsed < locked[$0] } ?? false
    }

    private func storeSilently(_ batch: Batch) {
        guard !batch.contains(where: { $0.isPoisoned }) else { return }
        for entry in batch {
            guard let room = log.index(of: entry.draft.room), case .success(let receipt) = log.store(entry.draft),
                !receipt.duplicate
            else { continue }
            silent[room].insert(receipt.seq)
        }
    }
}

extension WriterLane<Int>.Entry {
    var isMessage: Bool {
        if case .message = draft.content { true } else { false }
    }

    var isPoisoned: Bool {
        if case .message(_, let body) = draft.content { body == FaultyDatabase.poison } else { false }
    }
}

extension PostgresError {
    fileprivate init(state: String) {
        self.init(.server, "refused")
        sqlState = state
    }
}
