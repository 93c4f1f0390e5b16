/// What an account wants to add to a room's log.
package struct Draft: Sendable {
    /// Whose log it is for.
    package let room: RoomName
    /// Whoever says it, joins or leaves.
    package let author: Account
    /// What the event is to hold.
    package let content: Event.Content

    /// Checks no membership: that is done when it is stored.
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

    /// What the database has committed.
    package init(seq: Int64, at: Timestamp, duplicate: Bool) {
        self.seq = seq
        self.at = at
        self.duplicate = duplicate
    }
}
