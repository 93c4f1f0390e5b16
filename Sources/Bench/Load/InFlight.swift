import NIOCore

/// The messages of one socket that are not acknowledged, in the order in which they were sent.
struct InFlight: Sendable {
    private struct Message {
        let number: Int
        let since: NIODeadline
    }

    private var messages = CircularBuffer<Message>()
    private var lastSeq: Int64 = 0

    var count: Int { messages.count }

    /// - Parameter since: when it counts as sent.
    mutating func sent(_ number: Int, since: NIODeadline) { messages.append(Message(number: number, since: since)) }

    /// - Returns: since when the message was under way; `nil` if this is not the ack that had to come.
    mutating func acknowledged(_ number: Int, seq: Int64) -> NIODeadline? {
        guard let first = messages.first, first.number == number, seq > lastSeq else { return nil }
        messages.removeFirst()
        lastSeq = seq
        return first.since
    }
}
