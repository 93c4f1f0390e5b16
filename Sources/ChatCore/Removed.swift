/// How much content of messages is gone, or would be.
package struct Removed: Sendable, Hashable {
    /// Where they were.
    package let room: RoomName
    /// How many have lost their content, or would.
    package private(set) var messages: Int64
    /// Of texts and data.
    package private(set) var bytes: Int64

    /// Nothing yet, unless it is given.
    package init(from room: RoomName, messages: Int64 = 0, bytes: Int64 = 0) {
        self.room = room
        self.messages = messages
        self.bytes = bytes
    }

    /// More of the same room.
    package mutating func add(messages: Int64, bytes: Int64) {
        self.messages += messages
        self.bytes += bytes
    }
}
