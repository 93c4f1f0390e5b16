import ChatCore
import NIOConcurrencyHelpers

/// Which sessions are in use: those that a request came with, or that a socket was opened with. A request only leaves the number
/// here; ``DatabaseWatch`` takes what has gathered to the database.
final class SessionUses: Sendable {
    /// The most sessions that are remembered. Beyond that they are noted more often than they need to be.
    static let limit = 100_000

    private struct Uses {
        /// Not stored yet.
        var fresh: Set<SessionID> = []
        /// Noted since ``forget()``; noting them again would change nothing.
        var noted: Set<SessionID> = []
    }

    private let uses = NIOLockedValueBox(Uses())

    func note(_ session: SessionID) {
        uses.withLockedValue { uses in
            if uses.noted.count >= Self.limit { uses.noted = [] }
            guard uses.noted.insert(session).inserted, uses.fresh.count < Self.limit else { return }
            uses.fresh.insert(session)
        }
    }

    /// Those that were noted since they were taken last.
    func take() -> [SessionID] {
        uses.withLockedValue { uses in
            defer { uses.fresh = [] }
            return Array(uses.fresh)
        }
    }

    /// They could not be stored, and are to be taken again.
    func giveBack(_ sessions: [SessionID]) {
        uses.withLockedValue { uses in
            if uses.fresh.count < Self.limit { uses.fresh.formUnion(sessions) }
        }
    }

    /// From now on the use of every session is news again.
    func forget() { uses.withLockedValue { $0.noted = [] } }
}
