package import ChatCore

/// A stretch of a room's log as sockets get it.
package struct EventPage: Sendable {
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

    /// As `history` has it: for the native dialect.
    package func writeMembers(_ json: inout JSONWriter, of room: RoomName) {
        json.member("room", room.description)
        json.member("head", head)
        json.array("events") { events.writeObjects(to: &$0) }
        json.member("hasMore", hasMore)
    }

    /// Of a page of the newest events the last so many.
    func newest(_ limit: Int) -> EventPage {
        guard events.count > limit else { return self }
        let part = EventRun(events.stream, joining: [events], above: events.last - Int64(limit))
        return EventPage(title: title, head: head, events: part, hasMore: true)
    }

    init(_ page: Page, in dialect: Dialect = .native) {
        self.init(
            title: page.title, head: page.head, events: EventRun(page.room, page.events, in: dialect),
            hasMore: page.hasMore)
    }
}
