/// Reads of rooms' newest events that are under way on one event loop, and who waits for what they bring into memory: so a
/// storm of sockets in a room that nobody has read yet is one read of the log, and not one a socket.
struct SharedReads {
    /// One read.
    struct Key: Hashable {
        let stream: RoomStream
        /// How many of the newest events.
        let count: Int
    }

    /// Is told why the read has failed, if it has.
    typealias Waiter = ((any Error)?) -> Void

    private var waiting: [Key: [Waiter]] = [:]

    /// - Parameter then: for the caller of ``end(_:)`` to call when the read that is under way has ended.
    /// - Returns: whether there is none, so that the caller has to read. It calls ``end(_:)`` in any case.
    mutating func begin(_ key: Key, orWait then: @escaping Waiter) -> Bool {
        guard waiting[key] == nil else {
            waiting[key]?.append(then)
            return false
        }
        waiting[key] = []
        return true
    }

    /// The read has ended. The next one who asks reads again.
    /// - Returns: for the caller to call.
    mutating func end(_ key: Key) -> [Waiter] { waiting.removeValue(forKey: key) ?? [] }
}
