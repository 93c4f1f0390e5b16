import ChatCore

/// What a stretch of a room's log does to its memberships. A value.
struct MembershipChanges {
    /// A membership that begins in the stretch, and ends in it if `left` is there.
    struct Opened {
        let account: Handle
        let joined: Int64
        let role: RoomRole
        var left: (seq: Int64, at: Timestamp)?
    }

    /// The end of one that began before.
    struct Closed {
        let account: Handle
        let seq: Int64
    }

    private(set) var opened: [Opened] = []
    private(set) var closed: [Closed] = []

    /// - Parameter events: a log that has been checked.
    init(_ events: [EventLine]) {
        /// Places in `opened` of memberships that have not ended.
        var open: [Handle: Int] = [:]
        for event in events {
            switch event.content {
            case .message, .removed: break
            case .joined(let role, _):
                open[event.author] = opened.count
                opened.append(Opened(account: event.author, joined: event.seq, role: role))
            case .left:
                if let index = open.removeValue(forKey: event.author) {
                    opened[index].left = (event.seq, event.at)
                } else {
                    closed.append(Closed(account: event.author, seq: event.seq))
                }
            }
        }
    }
}
