/// Everything that a run is judged by.
struct Evidence: Sendable {
    var history: History
    /// The database at the end, by room and seq.
    var stored: [StoredEvent]
    /// The head of each room, as the database has it beside the events.
    var heads: [UInt16: UInt32]
    /// The database's memberships.
    var memberships: [StoredMembership]
    /// The account of each client.
    var accounts: [UInt16]
    /// Clients that have to have come to the end of every room they read.
    var completeReaders: Set<UInt16>
    var script: Script

    func account(of client: UInt16) -> UInt16 {
        Int(client) < accounts.count ? accounts[Int(client)] : .max
    }
}

/// A row of the room log.
struct StoredEvent: Sendable, Equatable {
    enum Kind: UInt8, Sendable { case message, joined, left }

    var room: UInt16
    var seq: UInt32
    var kind: Kind
    /// 0 for a membership event; `stranger` for a message with a client id that is not of this run.
    var message: UInt32
    /// The account; `UInt16.max` is none of this run.
    var author: UInt16
    var digest: UInt32

    static let stranger = UInt32.max
}

/// An interval of a room's seqs during which an account was in it.
struct StoredMembership: Sendable, Equatable {
    var room: UInt16
    var account: UInt16
    var joined: UInt32
    var left: UInt32?

    func contains(_ seq: UInt32) -> Bool { seq >= joined && seq <= left ?? .max }
}

/// Two small numbers as one key.
struct PairKey: Hashable, Sendable {
    private let both: UInt64

    init(_ first: some BinaryInteger, _ second: some BinaryInteger) {
        both = UInt64(truncatingIfNeeded: first) << 32 | UInt64(UInt32(truncatingIfNeeded: second))
    }
}

/// The log as it was stored, by place.
struct StoredLog: Sendable {
    private let events: [StoredEvent]
    /// Where in `events` each room begins and ends.
    private let ranges: [UInt16: Range<Int>]

    /// - Parameter events: sorted by room and seq.
    init(_ events: [StoredEvent]) {
        var ranges: [UInt16: Range<Int>] = [:]
        for (index, event) in events.enumerated() {
            ranges[event.room] = (ranges[event.room]?.lowerBound ?? index)..<(index + 1)
        }
        self.events = events
        self.ranges = ranges
    }

    var rooms: [UInt16] { ranges.keys.sorted() }

    func events(of room: UInt16) -> ArraySlice<StoredEvent> { events[ranges[room] ?? 0..<0] }

    func head(of room: UInt16) -> UInt32 { events(of: room).last?.seq ?? 0 }

    /// The seqs have no holes in a healthy log, so the place is known; otherwise it is searched.
    func event(_ room: UInt16, _ seq: UInt32) -> StoredEvent? {
        guard let range = ranges[room], seq > 0 else { return nil }
        let direct = range.lowerBound + Int(seq) - 1
        if direct < range.upperBound, events[direct].seq == seq { return events[direct] }
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].seq < seq { low = middle + 1 } else { high = middle }
        }
        return low < range.upperBound && events[low].seq == seq ? events[low] : nil
    }
}
