import ChatCore
import ChatStore
import Logging
import NIOConcurrencyHelpers

/// Drafts through a lane of the room writer whose storage is ready at once: what batching itself costs.
struct WriterBench {
    private static let rounds = 2000

    let batch: Int

    func run(_ table: inout Table) async throws {
        let (commits, committed) = AsyncStream.makeStream(of: Int.self)
        let seq = NIOLockedValueBox<Int64>(0)
        let writer = RoomWriter<Int>(
            on: globalConcurrentExecutor, lanes: 1, logger: Logger(label: "writer") { _ in SwiftLogNoOpLogHandler() },
            store: { drafts, _ in
                drafts.map { _ in
                    let number = seq.withLockedValue { seq in
                        seq += 1
                        return seq
                    }
                    return .success(Receipt(seq: number, at: Timestamp(microseconds: number), duplicate: false))
                }
            },
            onCommit: { committed.yield($0.answers.count) })
        let running = Task { try await writer.run() }
        let draft = Draft(room: Sample.room, author: Sample.author, content: Sample.content(1))
        var answers = commits.makeAsyncIterator()
        let start = ContinuousClock.now
        for _ in 0..<Self.rounds {
            for number in 0..<batch { try writer.submit(draft, from: number) }
            var left = batch
            while left > 0 { left -= await answers.next() ?? left }
        }
        table.add(
            "writer: submit to commit, \(batch) together", ContinuousClock.now - start,
            operations: Self.rounds * batch)
        running.cancel()
    }
}
