/// How far one socket has been served in one room. Decides; does no I/O.
///
/// While the log is being read for the socket, live events are not held in memory: the subscription only remembers how
/// far the room has come, and reads on until it has caught up. So joining has no race, however fast the room is, and a
/// socket that does not read costs nothing.
package struct Subscription: Equatable {
    /// Where the events come from at present, if any do.
    package enum State: Equatable {
        /// Events are passed on as they are committed.
        case live
        /// A page is being read from the log.
        case reading
        /// The socket does not take more; reading goes on when it does.
        case paused
    }

    /// What the caller has to do now.
    package enum Action: Equatable {
        case nothing
        /// Pass on what lies above `sent`.
        case deliver
        /// Read the page after `sent` from the log.
        case read
        /// The same, but not at once: the log does not have yet, or not any more, what was announced.
        case readLater
    }

    /// Missing events that are streamed unless the client says otherwise.
    package static let defaultLimit: Int64 = 1000
    /// The newest events that are streamed when there is a gap.
    package static let tail: Int64 = 50

    /// Begins with ``State/reading``.
    package private(set) var state: State
    /// Everything up to here has been written to the socket, or was announced as a gap.
    package private(set) var sent: Int64
    /// The room's last seq, as far as known.
    package private(set) var head: Int64
    /// The head when the page that is being read was asked for.
    private var headAsked: Int64
    /// The log has to be read once more, whatever is known of its head.
    package private(set) var isDoubted = false
    /// When more events than this are missing, only the newest are streamed; the others are a gap.
    private let limit: Int64

    /// Begins with reading the log, since events may have been committed meanwhile.
    /// - Parameters:
    ///   - sent: the client has everything up to here.
    ///   - head: the room's last seq, as far as known; 0 if nothing is known.
    ///   - limit: the most missing events that are streamed; if there are more, ``skip()`` makes a gap.
    package init(startingAfter sent: Int64, head: Int64, limit: Int64 = defaultLimit) {
        self.state = .reading
        self.sent = sent
        self.head = max(sent, head)
        self.headAsked = sent
        self.limit = limit
    }

    /// Jumps over what is too much to stream.
    /// - Returns: the seqs that are not streamed, for the client to read when it wants them.
    package mutating func skip() -> ClosedRange<Int64>? {
        guard head - sent > limit else { return nil }
        let last = head - min(limit, Self.tail)
        defer { sent = last }
        return (sent + 1)...last
    }

    /// Events up to `last` were committed; they are served later.
    /// - Returns: whether there is something to serve.
    package mutating func announced(upTo last: Int64) -> Bool {
        head = max(head, last)
        return state == .live && last > sent
    }

    /// Events `first…last` were committed, and it is time to serve them.
    /// - Parameter isWritable: whether the socket takes more right now.
    package mutating func committed(first: Int64, last: Int64, isWritable: Bool) -> Action {
        head = max(head, last)
        guard state == .live, last > sent else { return .nothing }
        guard isWritable else {
            state = .paused
            return .nothing
        }
        // A hole means that events were committed which were never announced here: the log has them.
        guard first <= sent + 1 else {
            return beginReading()
        }
        return .deliver
    }

    /// What ``Action/deliver`` asked for has been written.
    package mutating func delivered(upTo seq: Int64) {
        sent = max(sent, seq)
    }

    /// A page has come from the log.
    /// - Parameters:
    ///   - last: its last seq, if it has been written; `nil` if it was empty or the socket did not take it.
    ///   - head: the room's last seq when the page was read.
    package mutating func pageWritten(upTo last: Int64?, head: Int64, isWritable: Bool) -> Action {
        sent = max(sent, last ?? sent)
        self.head = max(self.head, head)
        if last == nil, isWritable, headAsked > sent { return .readLater }
        return readOn(isWritable)
    }

    /// The client may not be allowed any more to follow the room; who reads the log for it will be told.
    package mutating func doubt() -> Action {
        isDoubted = true
        return state == .live ? readOn(true) : .nothing
    }

    /// The socket takes more again.
    /// - Returns: what is too much to stream, and what to do then.
    package mutating func becameWritable() -> (skipped: ClosedRange<Int64>?, action: Action) {
        guard state == .paused else { return (nil, .nothing) }
        return (skip(), readOn(true))
    }

    private mutating func readOn(_ isWritable: Bool) -> Action {
        guard sent < head || isDoubted else {
            state = .live
            return .nothing
        }
        guard isWritable else {
            state = .paused
            return .nothing
        }
        return beginReading()
    }

    private mutating func beginReading() -> Action {
        state = .reading
        headAsked = head
        isDoubted = false
        return .read
    }
}
