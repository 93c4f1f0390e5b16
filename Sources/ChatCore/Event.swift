/// A numbered entry of a room's log. It exists only once it is committed.
package struct Event: Sendable, Hashable {
    /// Whose log it stands in.
    package let room: RoomName
    /// 1, 2, 3, … without gaps.
    package let seq: Int64
    /// Whoever sent the message, joined or left.
    package let author: Account
    /// The database's clock while the room was locked. A clock may be set back, so only `seq` is an order.
    package let at: Timestamp
    /// The message, what is left of it, or what became of the membership.
    package let content: Content

    /// What happened. `joined` and `left` are about the author's own membership.
    package enum Content: Sendable, Hashable {
        case message(ClientID, MessageBody)
        /// A message whose content is gone. The client id stays, so that a repeat of it is still found.
        case removed(ClientID, Removal)
        case joined
        case left
    }

    /// Why the content of a message is gone.
    package enum Removal: String, Sendable, Hashable {
        /// With its author's account.
        case erased
        /// It was older than the room keeps messages.
        case expired
    }

    /// For what is committed; checks nothing.
    package init(room: RoomName, seq: Int64, author: Account, at: Timestamp, content: Content) {
        self.room = room
        self.seq = seq
        self.author = author
        self.at = at
        self.content = content
    }
}
