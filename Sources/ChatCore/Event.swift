/// A numbered entry of a room's log. It exists only once it is committed.
package struct Event: Sendable, Hashable {
    package let room: RoomName
    /// 1, 2, 3, … without gaps.
    package let seq: Int64
    package let author: Account
    package let at: Timestamp
    package let content: Content

    package enum Content: Sendable, Hashable {
        case message(ClientID, MessageBody)
        case joined
        case left
    }

    package init(room: RoomName, seq: Int64, author: Account, at: Timestamp, content: Content) {
        self.room = room
        self.seq = seq
        self.author = author
        self.at = at
        self.content = content
    }
}

/// What an account wants to add to a room's log.
package struct Draft: Sendable {
    package let room: RoomName
    package let author: Account
    package let content: Event.Content

    package init(room: RoomName, author: Account, content: Event.Content) {
        self.room = room
        self.author = author
        self.content = content
    }
}

/// The promise that an event is committed.
package struct Receipt: Sendable, Hashable {
    package let seq: Int64
    package let at: Timestamp
    /// The event was stored by an earlier request with the same client id.
    package let duplicate: Bool

    package init(seq: Int64, at: Timestamp, duplicate: Bool) {
        self.seq = seq
        self.at = at
        self.duplicate = duplicate
    }
}

/// What came out of one batch of the room writer, in the order it was submitted.
package struct CommittedBatch<Origin: Sendable>: Sendable {
    /// The answer to one draft.
    package struct Answer: Sendable {
        package let draft: Draft
        package let origin: Origin
        package let result: Result<Receipt, ChatError>

        package init(draft: Draft, origin: Origin, result: Result<Receipt, ChatError>) {
            self.draft = draft
            self.origin = origin
            self.result = result
        }
    }

    package let answers: [Answer]
    /// New events, a room's in ascending order of seq.
    package let events: [Event]
    /// Heads of rooms whose newest events may have been committed without having been announced.
    package let unannounced: [RoomName: Int64]

    package init(answers: [Answer], events: [Event], unannounced: [RoomName: Int64] = [:]) {
        self.answers = answers
        self.events = events
        self.unannounced = unannounced
    }
}

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
