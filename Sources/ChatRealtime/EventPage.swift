import ChatCore

/// A stretch of a room's log as sockets get it.
struct EventPage: Sendable {
    let title: String
    /// The room's last seq when it was read.
    let head: Int64
    let events: EventRun
    /// More events lie beyond the page, in the direction of paging.
    let hasMore: Bool

    init(title: String, head: Int64, events: EventRun, hasMore: Bool) {
        self.title = title
        self.head = head
        self.events = events
        self.hasMore = hasMore
    }

    init(_ page: Page) {
        self.init(
            title: page.title, head: page.head, events: EventRun(page.room, page.events), hasMore: page.hasMore)
    }
}
