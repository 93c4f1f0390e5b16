/// Whether a socket gets a room's events without hole and without repeat.
struct SeqCheck: Equatable, Sendable {
    /// The last event that came.
    private(set) var last: Int64

    init(after last: Int64 = 0) { self.last = last }

    /// - Returns: whether this is the event that had to come.
    mutating func accept(_ seq: Int64) -> Bool {
        defer { last = max(last, seq) }
        return seq == last + 1
    }

    /// The server has announced that a range is not streamed.
    /// - Returns: whether it begins behind the last event.
    mutating func skip(from first: Int64, to end: Int64) -> Bool {
        defer { last = max(last, end) }
        return first == last + 1 && end >= first
    }
}
