import Dispatch
import Glibc
import Synchronization

/// A connection in the making, on a thread of its own, so that whoever needs it can give up in time: libpq's own limit
/// counts whole seconds, and begins anew with each address.
final class Dialling: Sendable {
    private let done = Atomic(false)
    /// A pipe, which ends when it is done. Not a semaphore: the time-outs of those follow a clock that may be set.
    private let end: CInt
    /// Written before `done` is set, read after that.
    private nonisolated(unsafe) var outcome: Result<Connection, PostgresError>?

    init(url: String, settings: ConnectionSettings) {
        var ends: [CInt] = [-1, -1]
        pipe(&ends)
        let start = ends[1]
        end = ends[0]
        DispatchQueue(label: "denwa connect").async {
            self.outcome = Result { () throws(PostgresError) in try Connection(url: url, settings: settings) }
            self.done.store(true, ordering: .releasing)
            close(start)
        }
    }

    deinit { close(end) }

    var isDone: Bool { done.load(ordering: .acquiring) }

    /// Waits for the connection. Who has got it has it alone.
    /// - Returns: `nil` if it has not come about by then; it may later.
    func connection(by time: ContinuousClock.Instant) -> Result<Connection, PostgresError>? {
        var descriptor = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
        while !isDone {
            let left = (time - .now) / .milliseconds(1)
            guard left > 0 else { return nil }
            poll(&descriptor, 1, Int32(min(left.rounded(.up), 86_400_000)))
        }
        defer { outcome = nil }
        return outcome
    }
}
