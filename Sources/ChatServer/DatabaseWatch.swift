import ChatCore
import ChatRealtime
import ChatStore
import Logging
import NIOConcurrencyHelpers
import Postgres
import ServiceLifecycle

/// Asks the database every half second whether it is there, on a connection of its own, so that `/readyz` answers at once
/// however the database behaves; and whether it is still the same one.
///
/// With each question it hears which sessions have ended, see ``SessionWatch``. It hears as well who has just left which room,
/// and lets their sockets ask the log; and whether something that logs have shown has changed, so that what is in memory is
/// forgotten.
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

    private struct Answer {
        var at = ContinuousClock.now
        var epoch: String
    }

    /// What one question brings.
    private struct News: Sendable {
        let epoch: String
        let left: [(room: RoomName, account: AccountID)]
        let revision: Int64
    }

    private let database: Database
    private let hub: Hub
    private let uses: SessionUses
    private let logger: Logger
    private let last: NIOLockedValueBox<Answer>

    /// - Parameter uses: is taken to the database.
    init(_ database: Database, epoch: String, hub: Hub, uses: SessionUses, logger: Logger) {
        self.database = database
        self.hub = hub
        self.uses = uses
        self.logger = logger
        self.last = NIOLockedValueBox(Answer(epoch: epoch))
    }

    /// Whether the database has answered just now.
    var isAnswering: Bool { last.withLockedValue { ContinuousClock.now - $0.at < Self.validity } }

    /// The database's identity, at most half a second old.
    var epoch: String { last.withLockedValue { $0.epoch } }

    func run() async throws {
        var sinceHeads = 0
        var sessions = SessionWatch(database, hub: hub, uses: uses)
        var heads: [RoomName: Int64] = [:]
        var revision: Int64?
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            sinceHeads += 1
            let wantsHeads = sinceHeads >= Self.headsEvery || !isAnswering
            do {
                // Each by itself, so that no question that takes too long keeps an end from being heard.
                try await sessions.ask()
                let isSame = try await ask(&revision)
                // What had been committed half a second ago has been announced by now, if it ever is.
                if isSame, !heads.isEmpty { hub.catchUp(to: heads) }
                heads = [:]
                if isSame { try await sessions.look() }
                if wantsHeads {
                    sinceHeads = 0
                    heads = try await askForHeads()
                }
            } catch {
                logger.warning("The database does not answer: \(error)")
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
        try? await sessions.finish()
    }

    /// - Parameter revision: of the logs; what is in memory is not older.
    /// - Returns: whether the database is the same as before; to another one no older heads belong.
    private func ask(_ revision: inout Int64?) async throws -> Bool {
        let asked = ContinuousClock.now
        let silence = last.withLockedValue { $0.at.duration(to: asked) }
        let news = try await database.run { connection in
            News(
                epoch: try Epoch.current(on: connection),
                left: try Memberships.endedRecently(after: silence, on: connection),
                revision: try LogRevision.current(on: connection))
        }
        let isSame = last.withLockedValue { last in
            defer { last = Answer(at: asked, epoch: news.epoch) }
            return last.epoch == news.epoch
        }
        guard isSame else {
            logger.notice("The database is another one, perhaps restored; every socket is sent to begin anew")
            revision = news.revision
            hub.startOver()
            return false
        }
        hub.doubt(news.left)
        if revision != news.revision {
            hub.forgetLogs()
            revision = news.revision
            _ = try await askForHeads()
        }
        return true
    }

    /// - Returns: the heads of the rooms that somebody here is subscribed to. Of those that are gone their subscribers hear.
    private func askForHeads() async throws -> [RoomName: Int64] {
        let rooms = try await hub.subscribedRooms()
        let heads = try await database.run { try Rooms.heads(of: Array(rooms), on: $0) }
        hub.doubt(rooms.subtracting(heads.keys))
        return heads
    }
}
