import NIOConcurrencyHelpers

/// Takes the records of all clients, from any thread, and puts them into one order.
final class Recorder: Sendable {
    private struct State {
        var history = History()
        var tally = Tally()
        var lastConnection: UInt32 = 0
        var lastAttempt: UInt32 = 0
        var lastMessage: UInt32 = 0
        /// Of the newest acknowledgement, in nanoseconds.
        var lastAck: UInt64 = 0
        var watches: [Watch] = []
    }

    /// Waiting for the acknowledgement of anything that was sent after a time.
    private struct Watch {
        let since: UInt64
        let lastAttempt: UInt32
        let onAck: @Sendable (UInt64) -> Void
    }

    private let state = NIOLockedValueBox(State())
    private let start = ContinuousClock.now

    /// Nanoseconds since the run began.
    var now: UInt64 { UInt64(max(0, (ContinuousClock.now - start) / .nanoseconds(1))) }

    func newConnection() -> UInt32 { state.withLockedValue { next(&$0.lastConnection) } }

    /// - Returns: the number of a message that has never been sent.
    func newMessage() -> UInt32 { state.withLockedValue { next(&$0.lastMessage) } }

    /// Records the beginning of an attempt.
    /// - Returns: its number, larger than those of all before.
    func invoke(_ message: UInt32, client: UInt16, room: UInt16, connection: UInt32) -> UInt32 {
        state.withLockedValue { state in
            let attempt = next(&state.lastAttempt)
            append(
                Record(
                    kind: .invoke, client: client, room: room, connection: connection, message: message,
                    detail: attempt),
                &state)
            return attempt
        }
    }

    func record(_ record: Record) {
        let heard = state.withLockedValue { state -> [Watch] in
            append(record, &state)
            guard record.kind == .ack, !state.watches.isEmpty else { return [] }
            let heard = state.watches.filter { $0.lastAttempt < record.detail }
            state.watches.removeAll { $0.lastAttempt < record.detail }
            return heard
        }
        for watch in heard { watch.onAck(now - watch.since) }
    }

    /// Calls `onAck` once, with the nanoseconds from now until something that is sent from now on is acknowledged.
    func watch(_ onAck: @escaping @Sendable (UInt64) -> Void) {
        state.withLockedValue { state in
            state.watches.append(Watch(since: now, lastAttempt: state.lastAttempt, onAck: onAck))
        }
    }

    var tally: Tally { state.withLockedValue { $0.tally } }

    /// Everything so far.
    var history: History { state.withLockedValue { $0.history } }

    private func append(_ record: Record, _ state: inout State) {
        var record = record
        record.time = now
        state.history.append(record)
        state.tally.count(record, sinceLastAck: record.time - state.lastAck)
        if record.kind == .ack { state.lastAck = record.time }
    }

    private func next(_ number: inout UInt32) -> UInt32 {
        number += 1
        return number
    }
}
