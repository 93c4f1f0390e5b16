/// How much of what has happened, for the progress line and the report.
struct Tally: Sendable, Encodable {
    /// Attempts to send, repeats included.
    var attempts = 0
    /// Messages acknowledged for the first time.
    var acked = 0
    /// Acknowledgements as a duplicate.
    var duplicates = 0
    var refused = 0
    var unknown = 0
    /// Events that came in a stream.
    var delivered = 0
    /// Events that were asked for to fill a gap.
    var pulled = 0
    var gaps = 0
    var subscriptions = 0
    var connections = 0
    var joins = 0
    var leaves = 0
    /// The longest time without any acknowledgement, in milliseconds.
    var longestSilenceMs = 0

    /// One bit for each message: acknowledged before?
    private var isAcked: [UInt64] = []

    private enum CodingKeys: CodingKey {
        case attempts, acked, duplicates, refused, unknown, delivered, pulled, gaps, subscriptions, connections, joins,
            leaves, longestSilenceMs
    }

    mutating func count(_ record: Record, sinceLastAck silence: UInt64) {
        switch record.kind {
        case .invoke: attempts += 1
        case .ack:
            if mark(record.message) { acked += 1 }
            if record.flag { duplicates += 1 }
            longestSilenceMs = max(longestSilenceMs, Int(silence / 1_000_000))
        case .refused: refused += 1
        case .unknown: unknown += 1
        case .deliver: delivered += 1
        case .pulled: pulled += 1
        case .gap: gaps += 1
        case .subscribed: subscriptions += 1
        case .closed: connections += 1
        case .join: joins += 1
        case .leave: leaves += 1
        case .subscribe, .unsubscribed: break
        }
    }

    /// - Returns: whether this was the first time.
    private mutating func mark(_ message: UInt32) -> Bool {
        let (word, bit) = (Int(message / 64), UInt64(1) << UInt64(message % 64))
        while isAcked.count <= word { isAcked.append(0) }
        defer { isAcked[word] |= bit }
        return isAcked[word] & bit == 0
    }
}
