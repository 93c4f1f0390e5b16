/// Reads of rooms' newest events that are under way on one event loop, and who waits for what they bring into memory: so a
/// storm of sockets in a room that nobody has read yet is one read of the log, and not one a socket.
struct SharedReads {
    /// One read.
    struct Key: Hashable {
        let stream: RoomStream
        /// How many of the newest events.
        let count: Int
    }

    private var waiting: [Key: [() -> Void]] = [:]

    /// - Parameter then: called when the read that is under way has ended, whatever came of it.
    /// - Returns: whether there is none, so that the caller has to read. It calls ``end(_:)`` in any case.
    mutating func begin(_ key: Key, orWait then: @escaping () -> Void) -> Bool {
        guard waiting[key] == nil else {
            waiting[key]?.append(then)
            return false
        }
        waiting[key] = []
        return true
    }

    /// The read has ended. The next one who asks reads again.
    /// - Returns: for the caller to call.
    mutating func end(_ key: Key) -> [() -> Void] { waiting.removeValue(forKey: key) ?? [] }
}
