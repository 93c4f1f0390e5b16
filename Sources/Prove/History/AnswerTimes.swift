import NIOConcurrencyHelpers
import NIOCore

/// How long senders waited for answers while the server's process could have given them: whatever the database and the
/// way to it do, each is owed one in time.
final class AnswerTimes: Sendable {
    static let promised = TimeAmount.seconds(3)
    /// What the machine may add: server, database, proxies and clients share it, and use all of it. Beside a suite of tests on the
    /// same two processors it was 0.9 s; the promise itself is held against a machine with room to spare (test_outages.py).
    static let allowance = TimeAmount.seconds(2)

    private struct State {
        var standstills: [ClosedRange<NIODeadline>] = []
        var frozenSince: NIODeadline?
        var longest = TimeAmount.zero
    }

    private let state = NIOLockedValueBox(State())

    /// The server's process stands still from now on.
    func froze(at now: NIODeadline = .now()) {
        state.withLockedValue { $0.frozenSince = $0.frozenSince ?? now }
    }

    /// It goes on.
    func thawed(at now: NIODeadline = .now()) {
        state.withLockedValue { state in
            guard let since = state.frozenSince else { return }
            state.standstills.append(since...now)
            state.frozenSince = nil
        }
    }

    /// A sender got an answer, or gave up waiting for one.
    func waited(since sent: NIODeadline, until now: NIODeadline = .now()) {
        state.withLockedValue { state in
            guard now - sent > state.longest, state.frozenSince == nil,
                !state.standstills.contains(where: { $0.overlaps(sent...now) })
            else { return }
            state.longest = now - sent
        }
    }

    /// The longest wait, in milliseconds.
    var longestMs: Int { Int(state.withLockedValue { $0.longest }.nanoseconds / 1_000_000) }

    /// What to say of a server that let somebody wait for too long.
    var complaint: String? {
        guard state.withLockedValue({ $0.longest }) > Self.promised + Self.allowance else { return nil }
        return "a sender waited \(longestMs) ms for an answer, though the server was running"
    }
}
