/// A stretch of a room's log.
package struct Page: Sendable {
    package let room: RoomName
    package let title: String
    package let head: Int64
    /// Ascending.
    package let events: [Event]
    /// More events lie beyond the page, in the direction of paging.
    package let hasMore: Bool

    package init(room: RoomName, title: String, head: Int64, events: [Event], hasMore: Bool) {
        self.room = room
        self.title = title
        self.head = head
        self.events = events
        self.hasMore = hasMore
    }
}

/// Which stretch of a room's log is wanted. All bounds exclude the seq they name.
package enum PageRange: Sendable, Hashable {
    case newest
    case before(Int64)
    case after(Int64)

    /// Most events one page holds.
    package static let limit = 200
    package static let defaultCount = 50
}
