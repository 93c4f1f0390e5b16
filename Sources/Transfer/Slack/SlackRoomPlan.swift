import ChatCore

/// Decides which events a stretch of a channel adds to its room. A value.
///
/// What an earlier import has brought is recognised: a message by its author and client id, and a change of membership by the times of
/// the memberships that there are. So the same stretch again adds nothing, and what people have done here since stays.
struct SlackRoomPlan {
    /// Since when somebody is a member, and when they were one last.
    struct Standing {
        var joinedAt: Timestamp?
        var leftAt: Timestamp?
    }

    /// What a message is stored under.
    struct Key: Hashable {
        let author: Handle
        let clientID: ClientID
    }

    private(set) var events: [EventLine] = []
    private var standings: [Handle: Standing]
    private var stored: Set<Key>
    private var head: Int64

    /// - Parameters:
    ///   - head: the room's last seq.
    ///   - standings: of everybody whom the stretch names.
    ///   - stored: those messages of the stretch that are in the room already.
    init(head: Int64, standings: [Handle: Standing], stored: Set<Key>) {
        self.head = head
        self.standings = standings
        self.stored = stored
    }

    /// Who writes without having come in has come in unseen.
    /// - Returns: whether it was new.
    mutating func add(_ body: MessageBody, _ key: Key, at: Timestamp) -> Bool {
        guard stored.insert(key).inserted else { return false }
        if standings[key.author]?.joinedAt == nil { append(.joined(.member, read: nil), key.author, at) }
        append(.message(key.clientID, body), key.author, at)
        return true
    }

    /// Nothing if somebody is a member, or was one then.
    mutating func join(_ account: Handle, at: Timestamp) {
        let standing = standings[account] ?? Standing()
        guard standing.joinedAt == nil, standing.leftAt.map({ $0 < at }) ?? true else { return }
        append(.joined(.member, read: nil), account, at)
    }

    /// Nothing if somebody is no member, or has come in later.
    mutating func leave(_ account: Handle, at: Timestamp) {
        guard let joinedAt = standings[account]?.joinedAt, joinedAt <= at else { return }
        append(.left, account, at)
    }

    private mutating func append(_ content: EventLine.Content, _ author: Handle, _ at: Timestamp) {
        head += 1
        events.append(EventLine(seq: head, author: author, at: at, content: content))
        switch content {
        case .joined: standings[author, default: Standing()].joinedAt = at
        case .left:
            standings[author, default: Standing()].joinedAt = nil
            standings[author, default: Standing()].leftAt = at
        case .message, .removed: break
        }
    }
}
