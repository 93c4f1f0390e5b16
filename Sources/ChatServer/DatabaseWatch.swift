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
/// With each question it hears which sessions have just ended, whoever ended them, and closes their sockets; those of a socket
/// that was being opened at that moment among them.
///
/// Every few seconds, and whenever the database has come back, it also compares the rooms' heads with what was announced:
/// an event whose commit was never confirmed, or that another server stored, reaches its readers without a next event.
final class DatabaseWatch: Service {
    private static let interval = Duration.milliseconds(500)
    /// Questions between two looks at the heads.
    private static let headsEvery = 10
    /// Questions between two notes of which sessions are in use: half an hour.
    private static let touchEvery = 3600
    /// An answer that is older proves nothing.
    private static let validity = Duration.milliseconds(1500)

    /// How the watching connection is made.
    static let settings = ConnectionSettings(applicationName: "denwa watch", answerWithin: .seconds(1))

    private struct Answer {
        var at = ContinuousClock.now
        var epoch: String
    }

    private let database: Database
    private let hub: Hub
    private let logger: Logger
    private let last: NIOLockedValueBox<Answer>

    init(_ database: Database, epoch: String, hub: Hub, logger: Logger) {
        self.database = database
        self.hub = hub
        self.logger = logger
        self.last = NIOLockedValueBox(Answer(epoch: epoch))
    }

    /// Whether the database has answered just now.
    var isAnswering: Bool { last.withLockedValue { ContinuousClock.now - $0.at < Self.validity } }

    /// The database's identity, at most half a second old.
    var epoch: String { last.withLockedValue { $0.epoch } }

    func run() async throws {
        var sinceHeads = 0
        var sinceTouch = 0
        var heads: [RoomName: Int64] = [:]
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            sinceHeads += 1
            let wantsHeads = sinceHeads >= Self.headsEvery || !isAnswering
            do {
                let now = try await ask(about: wantsHeads ? hub.subscribedRooms() : [])
                // What had been committed half a second ago has been announced by now, if it ever is.
                if now != nil, !heads.isEmpty { hub.catchUp(to: heads) }
                heads = now ?? [:]
                if wantsHeads { sinceHeads = 0 }
                sinceTouch += 1
                if sinceTouch >= Self.touchEvery {
                    try await touchSessions()
                    sinceTouch = 0
                }
            } catch {
                logger.warning("The database does not answer: \(error)")
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }

    /// - Returns: the heads of the rooms; `nil` if the database is another one, to which no older heads belong.
    private func ask(about rooms: Set<RoomName>) async throws -> [RoomName: Int64]? {
        let asked = ContinuousClock.now
        let (epoch, heads, ended) = try await database.run { connection in
            (
                try Epoch.current(on: connection), try Rooms.heads(of: Array(rooms), on: connection),
                try Sessions.endedRecently(on: connection)
            )
        }
        hub.end(Set(ended))
        let isSame = last.withLockedValue { last in
            defer { last = Answer(at: asked, epoch: epoch) }
            return last.epoch == epoch
        }
        guard isSame else {
            logger.notice("The database is another one, perhaps restored; every socket is sent to begin anew")
            hub.startOver()
            return nil
        }
        return heads
    }

    /// Who has a socket open uses the session, even without a word.
    private func touchSessions() async throws {
        let sessions = Array(try await hub.openSessions())
        try await database.run { try Sessions.touch(sessions, on: $0) }
    }
}
