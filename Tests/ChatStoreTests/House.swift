import ChatCore
import ChatStore
import Logging
import NIOConcurrencyHelpers
import Postgres
import TestSupport

/// A database of its own, with people, a running room writer and what it has announced.
final class House: Sendable {
    typealias Reply = @Sendable (Result<Receipt, ChatError>) -> Void

    let database: Database
    let writerDatabase: Database
    let url: String
    private let writer: RoomWriter<Reply>
    private let sink = Sink()

    private let retryLog = RetryLog()

    /// How often a batch had to be tried again.
    var retries: Int { retryLog.count.withLockedValue { $0 } }

    /// What was announced, in that order.
    private final class Sink: Sendable {
        let batches = NIOLockedValueBox<[[Event]]>([])
    }

    var announcements: [Event] { batches.flatMap { $0 } }
    /// The same, as it was committed together.
    var batches: [[Event]] { sink.batches.withLockedValue { $0 } }

    /// Runs `body` with a fresh house and takes it down after.
    static func with(backlogLimit: Int = 4096, _ body: (House) async throws -> Void) async throws {
        let house = try House(url: TestCluster.freshDatabase(), backlogLimit: backlogLimit)
        try await house.open(body)
    }

    /// Another node at the same database.
    func neighbour(_ body: (House) async throws -> Void) async throws {
        try await House(url: url, backlogLimit: 4096).open(body)
    }

    private init(url: String, backlogLimit: Int) throws {
        self.url = url
        database = Database(url: url, connections: 2)
        writerDatabase = Database(url: url, connections: 2, settings: .init(applicationName: "writer under test"))
        let sink = self.sink
        writer = RoomWriter(
            database: writerDatabase, lanes: 2, backlogLimit: backlogLimit, logger: retryLog.logger,
            onCommit: { batch in
                sink.batches.withLockedValue { $0.append(batch.events) }
                for answer in batch.answers { answer.origin(answer.result) }
            })
    }

    private func open(_ body: (House) async throws -> Void) async throws {
        let running = Task { try await writer.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body(self)) } catch { result = .failure(error) }
        running.cancel()
        try await running.value
        try await writerDatabase.shutdown()
        try await database.shutdown()
        try result.get()
    }

    func account(_ handle: String) async throws -> Account {
        try await database.run { connection in
            try Accounts.signUp(
                Handle(handle), displayName: DisplayName(handle), passwordHash: "x", token: SecretToken(),
                at: LoginPlace(device: "", address: nil),
                on: connection)
        }.session.account
    }

    func room(_ name: String, members: [Account] = []) async throws -> RoomName {
        let room = try RoomName(name)
        try await database.run { try Rooms.create(room, title: RoomTitle(room), on: $0) }
        for member in members { _ = try await append(.joined, by: member, to: room) }
        return room
    }

    func append(_ content: Event.Content, by account: Account, to room: RoomName) async throws -> Receipt {
        try await withCheckedThrowingContinuation { continuation in
            do throws(ChatError) {
                try writer.submit(Draft(room: room, author: account, content: content)) { result in
                    continuation.resume(with: result.mapError { $0 as any Error })
                }
            } catch { continuation.resume(throwing: error) }
        }
    }

    /// Hands a message over and returns at once.
    func submit(_ text: String, id: String, by account: Account, to room: RoomName) throws {
        let content = try Event.Content.message(ClientID(id), MessageBody(text))
        try writer.submit(Draft(room: room, author: account, content: content)) { _ in }
    }

    func send(_ text: String, id: String, by account: Account, to room: RoomName) async throws -> Receipt {
        try await append(.message(ClientID(id), MessageBody(text)), by: account, to: room)
    }

    /// Sends like a good client: what may be repeated is repeated with the same client id.
    func insists(_ text: String, id: String, by account: Account, to room: RoomName) async throws -> Receipt {
        while true {
            do {
                return try await send(text, id: id, by: account, to: room)
            } catch let error as ChatError where error.retryable {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Every seq of a room in the table, ascending.
    func seqs(of room: RoomName) async throws -> [Int64] {
        try await database.run { connection in
            try connection.run(
                "SELECT seq FROM events WHERE room_id = (SELECT id FROM rooms WHERE name = \(room)) ORDER BY seq"
            ).map { try $0.get("seq") }
        }
    }

    func head(of room: RoomName) async throws -> Int64 {
        try await database.run { connection in
            try connection.run("SELECT head FROM rooms WHERE name = \(room)").first?.get("head") ?? -1
        }
    }
}

/// Counts what the writer logs: it logs nothing but batches that did not go through at once.
private final class RetryLog: LogHandler {
    let count = NIOLockedValueBox(0)
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    var logger: Logger { Logger(label: "writer") { _ in self } }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { count.withLockedValue { $0 += 1 } }
}

extension ChatError {
    /// Whether `error` is a ``ChatError`` with this code.
    static func has(_ code: Code) -> @Sendable (any Error) -> Bool {
        { ($0 as? ChatError)?.code == code }
    }
}
