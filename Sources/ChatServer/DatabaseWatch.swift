import ChatCore
import ChatRealtime
import ChatStore
import Logging
import Postgres
import ServiceLifecycle
import Synchronization

/// Asks the database every half second whether it is there, on a connection of its own, so that `/readyz` answers at once
/// however the database behaves.
///
/// Every few seconds, and whenever the database has come back, it also compares the rooms' heads with what was announced:
/// an event whose commit was never confirmed, or that another server stored, reaches its readers without a next event.
final class DatabaseWatch: Service {
    private static let interval = Duration.milliseconds(500)
    /// Questions between two looks at the heads.
    private static let headsEvery = 10
    /// An answer that is older proves nothing.
    private static let validity = Duration.milliseconds(1500)

    /// How the watching connection is made.
    static let settings = ConnectionSettings(applicationName: "denwa watch", answerWithin: .seconds(1))

    private let database: Database
    private let hub: Hub
    private let logger: Logger
    private let lastAnswer = Mutex(ContinuousClock.now)

    init(_ database: Database, hub: Hub, logger: Logger) {
        self.database = database
        self.hub = hub
        self.logger = logger
    }

    /// Whether the database has answered just now.
    var isAnswering: Bool { lastAnswer.withLock { ContinuousClock.now - $0 < Self.validity } }

    func run() async throws {
        var sinceHeads = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            sinceHeads += 1
            let wantsHeads = sinceHeads >= Self.headsEvery || !isAnswering
            do {
                try await ask(about: wantsHeads ? hub.subscribedRooms() : [])
                if wantsHeads { sinceHeads = 0 }
            } catch {
                logger.warning("The database does not answer: \(error)")
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }

    private func ask(about rooms: Set<RoomName>) async throws {
        let asked = ContinuousClock.now
        let heads = try await database.run { try Rooms.heads(of: Array(rooms), on: $0) }
        lastAnswer.withLock { $0 = asked }
        if !heads.isEmpty { hub.catchUp(to: heads) }
    }
}
