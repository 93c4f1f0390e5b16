/// A stretch of a room's log.
package struct Page: Sendable {
    /// Whose log it is of.
    package let room: RoomName
    /// The room's, when the page was read.
    package let title: String
    /// The room's last seq when the page was read.
    package let head: Int64
    /// Ascending.
    package let events: [Event]
    /// More events lie beyond the page, in the direction of paging.
    package let hasMore: Bool

    /// - Parameter events: already ascending.
    package init(room: RoomName, title: String, head: Int64, events: [Event], hasMore: Bool) {
        self.room = room
        self.title = title
        self.head = head
        self.events = events
        self.hasMore = hasMore
    }
}

/// Which stretch of a room's log is wanted. `before` and `after` exclude the seq they name.
package enum PageRange: Sendable, Hashable {
    case newest
    case before(Int64)
    case after(Int64)
    /// Events on both sides of a seq, which is included.
    case around(Int64)

    /// Most events one page holds.
    package static let limit = 200
    /// Events of a page, or at the start of a subscription, if the client names no number.
    package static let defaultCount = 50
    /// Above this many bytes of text a page ends early. What it lacks, `hasMore` says.
    package static let byteLimit = 262_144
    /// The highest seq that a client may name: the last integer that JavaScript knows exactly.
    package static let lastSeq: Int64 = 9_007_199_254_740_991

    /// From what a client has asked for.
    /// - Throws: `invalid_field` if it names more than one position.
    package init(before: Int64?, after: Int64?, around: Int64?) throws(ChatError) {
        let positions = [("before", before), ("after", after), ("around", around)].filter { $0.1 != nil }
        if positions.count > 1 {
            throw .invalid(positions[1].0, "Give one of before, after and around, not several.")
        }
        self =
            before.map { .before($0) } ?? after.map { .after($0) } ?? around.map { .around($0) } ?? .newest
    }
}
