import NIOConcurrencyHelpers
import NIOCore
import SocketIO

/// The visits of clients whose connection has gone, for as long as they may come back.
final class SuiteRecoveries: Sendable {
    private static let time = TimeAmount.minutes(2)

    private struct Entry: Sendable {
        let visit: SuiteVisit
        let deadline: NIODeadline
    }

    /// By pid.
    private let entries = NIOLockedValueBox<[String: Entry]>([:])

    func keep(_ visit: SuiteVisit) {
        let now = NIODeadline.now()
        entries.withLockedValue { entries in
            entries = entries.filter { $0.value.deadline > now }
            entries[visit.pid] = Entry(visit: visit, deadline: now + Self.time)
        }
    }

    /// It goes on without a new CONNECT.
    func drop(_ visit: SuiteVisit) { entries.withLockedValue { $0[visit.pid] = nil } }

    /// - Parameter offset: of the last event that the client has got. Without one it begins anew.
    /// - Returns: the visit that goes on, and what the client has missed; `nil` if it is not known.
    func take(pid: String, offset: String, in namespace: String) -> (visit: SuiteVisit, missed: ByteBuffer)? {
        entries.withLockedValue { entries in
            guard let entry = entries[pid], entry.deadline > .now(), entry.visit.namespace == namespace,
                let missed = entry.visit.missed(after: offset)
            else { return nil }
            entries[pid] = nil
            return (entry.visit, missed)
        }
    }
}
