/// A range of a room's log that a subscription does not stream. The client reads it when it wants to.
package struct Gap: Sendable, Hashable {
    /// Whose log it is a part of.
    package let room: RoomName
    /// The first seq in it.
    package let from: Int64
    /// The last seq in it; not below `from`.
    package let to: Int64

    /// Checks nothing.
    package init(room: RoomName, from: Int64, to: Int64) {
        self.room = room
        self.from = from
        self.to = to
    }

    /// How many events it holds.
    package var count: Int64 { to - from + 1 }
}
