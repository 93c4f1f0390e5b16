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
