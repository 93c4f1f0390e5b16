import ChatCore

/// Looks at the events of one room in their order: whether they are a log as the room writer would have made it.
struct RoomCheck {
    /// A membership that has not ended yet.
    private struct Membership {
        let joined: Int64
        let read: Int64?
    }

    let room: RoomLine
    private(set) var head: Int64 = 0
    private var members: [Handle: Membership] = [:]
    /// Hashes of author and client id: eight bytes a message, for a room may have millions. That two different ones have the
    /// same hash happens once in thirty million rooms of a million messages; another run hashes otherwise.
    private var keys: Set<Int> = []
    /// The highest read marker, which must not be beyond the head, and where it stands.
    private var furthest: (read: Int64, place: Place)?
    /// A line was unreadable, so that the next number is not known.
    private var isLost = false

    init(_ room: RoomLine) { self.room = room }

    /// After a line that could not be read.
    mutating func skip() { isLost = true }

    /// - Returns: a sentence if something is wrong with the event.
    mutating func fault(of event: EventLine, at place: Place, accounts: Set<Handle>) -> String? {
        defer {
            head = event.seq
            isLost = false
        }
        guard isLost || event.seq == head + 1 else { return "seq is \(event.seq), but \(head + 1) comes next." }
        guard accounts.contains(event.author) else { return "There is no account \(event.author) in this export." }
        switch event.content {
        case .message(let clientID, _), .removed(let clientID, _): return faultOfMessage(event, clientID)
        case .joined(_, let read): return faultOfJoining(event, read, at: place)
        case .left: return faultOfLeaving(event)
        }
    }

    /// What can be said only when all events are known.
    func faultAtEnd() -> (text: String, place: Place)? {
        guard let furthest, furthest.read > head else { return nil }
        return ("read is \(furthest.read), but the room has only \(head) events.", furthest.place)
    }

    private mutating func faultOfMessage(_ event: EventLine, _ clientID: ClientID) -> String? {
        guard members[event.author] != nil else { return "\(event.author) is not a member of the room there." }
        var hasher = Hasher()
        hasher.combine(event.author.description)
        hasher.combine(clientID.description)
        guard keys.insert(hasher.finalize()).inserted else {
            return "\(event.author) has used the client id \(clientID) before."
        }
        return nil
    }

    private mutating func faultOfJoining(_ event: EventLine, _ read: Int64?, at place: Place) -> String? {
        guard members.updateValue(Membership(joined: event.seq, read: read), forKey: event.author) == nil else {
            return "\(event.author) is a member of the room already."
        }
        guard let read else { return nil }
        guard read > event.seq else { return "read has to be above the seq of joining." }
        if read > furthest?.read ?? 0 { furthest = (read, place) }
        return nil
    }

    private mutating func faultOfLeaving(_ event: EventLine) -> String? {
        guard let membership = members.removeValue(forKey: event.author) else {
            return "\(event.author) is not a member of the room there."
        }
        guard membership.read ?? 0 < event.seq else {
            return "\(event.author), who joined with \(membership.joined), cannot have read beyond here."
        }
        return nil
    }
}
