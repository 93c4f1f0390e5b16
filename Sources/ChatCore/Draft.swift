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
    /// The event's number in its room; a duplicate has the first one's.
    package let seq: Int64
    /// When the event was stored; a duplicate has the first one's.
    package let at: Timestamp
    /// The event was stored by an earlier request with the same client id.
    package let duplicate: Bool

    package init(seq: Int64, at: Timestamp, duplicate: Bool) {
        self.seq = seq
        self.at = at
        self.duplicate = duplicate
    }
}
