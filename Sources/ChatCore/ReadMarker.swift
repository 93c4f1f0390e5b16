/// How far an account has read in a room.
package struct ReadMarker: Sendable, Hashable {
    /// Where it stands.
    package let room: RoomName
    /// Everything up to this seq has been read; at first the seq of joining.
    package let read: Int64
    /// The room's last seq.
    package let head: Int64
    /// Whether the command that asked for this has moved the marker.
    package let moved: Bool

    /// As the database has it; checks nothing.
    package init(room: RoomName, read: Int64, head: Int64, moved: Bool) {
        self.room = room
        self.read = read
        self.head = head
        self.moved = moved
    }

    /// Events above the marker.
    package var unread: Int64 { max(0, head - read) }
}
