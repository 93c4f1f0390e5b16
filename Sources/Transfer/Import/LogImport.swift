import ChatCore
import ChatStore
import Postgres

/// Adds events with their numbers and times to a room's log. All that the room writer would have written beside them is written
/// too: the digest by which a repeat is told from another message, the memberships, and the head.
enum LogImport {
    /// The room, with its row locked.
    struct LockedRoom {
        let id: Int64
        let head: Int64
    }

    /// Within a transaction. While it lasts nobody else writes to the room.
    /// - Throws: ``TransferError`` for a room that was deleted meanwhile.
    static func lock(_ room: RoomName, on connection: Connection) throws -> LockedRoom {
        let rows = try connection.run(
            "SELECT id, head FROM rooms WHERE name = \(room) AND deleted_at IS NULL FOR UPDATE")
        guard let row = rows.first else { throw TransferError.deleted(room) }
        return LockedRoom(id: try row.get("id"), head: try row.get("head"))
    }

    /// - Parameter events: those that follow the room's head, by authors who are members then.
    static func append(_ events: [EventLine], to room: LockedRoom, on connection: Connection) throws {
        guard let last = events.last else { return }
        let changes = MembershipChanges(events)
        let answers = try connection.pipeline([
            insert(events, room.id), close(changes.closed, room.id), open(changes.opened, room.id),
            "UPDATE rooms SET head = \(last.seq) WHERE id = \(room.id)",
        ])
        let expected = [events.count, changes.closed.count, changes.opened.count, 1]
        guard answers.map(\.affected) == expected else {
            throw TransferError(
                "Accounts or members were changed by somebody else meanwhile; nothing of this part was imported. "
                    + "Import again, it goes on where it was.")
        }
    }

    private static func insert(_ events: [EventLine], _ room: Int64) -> Query {
        let columns = EventColumns(events)
        return """
            INSERT INTO events (room_id, seq, kind, author_id, client_id, body, data, digest, removed, created_at)
            SELECT \(room), i.seq, i.kind, a.id, i.client_id, i.body, i.data,
                sha256(convert_to(i.body || coalesce(chr(31) || i.data, ''), 'UTF8')), i.removed, i.at
            FROM unnest(
                \(SQLArray(columns.seqs)), \(SQLArray(columns.kinds)), \(SQLArray(columns.authors)),
                \(SQLArray(columns.clientIDs)), \(SQLArray(columns.bodies)), \(SQLArray(columns.data)),
                \(SQLArray(columns.removals)), \(SQLArray(columns.times))
            ) AS i (seq, kind, author, client_id, body, data, removed, at)
            JOIN accounts a ON a.handle = i.author
            """
    }

    /// A server may have let one of them listen. It looks for memberships that have just ended, so the end is now and not when it was.
    private static func close(_ memberships: [MembershipChanges.Closed], _ room: Int64) -> Query {
        """
        UPDATE memberships m SET left_seq = i.seq, left_at = clock_timestamp()
        FROM unnest(
            \(SQLArray(memberships.map(\.account.description))), \(SQLArray(memberships.map(\.seq)))
        ) AS i (handle, seq)
        JOIN accounts a ON a.handle = i.handle
        WHERE m.room_id = \(room) AND m.account_id = a.id AND m.left_seq IS NULL
        """
    }

    private static func open(_ memberships: [MembershipChanges.Opened], _ room: Int64) -> Query {
        """
        INSERT INTO memberships (room_id, account_id, joined_seq, left_seq, left_at, role)
        SELECT \(room), a.id, i.joined, i.left_seq, i.left_at, i.role
        FROM unnest(
            \(SQLArray(memberships.map(\.account.description))), \(SQLArray(memberships.map(\.joined))),
            \(SQLArray(memberships.map { $0.left?.seq })), \(SQLArray(memberships.map { $0.left.map { SQLTime($0.at) } })),
            \(SQLArray(memberships.map(\.role.rawValue)))
        ) AS i (handle, joined, left_seq, left_at, role)
        JOIN accounts a ON a.handle = i.handle
        """
    }

    /// Moves read markers forward, never back.
    /// - Returns: how many were moved.
    static func move(_ markers: [ReadMark], in room: RoomName, on connection: Connection) throws -> Int {
        try connection.run(
            """
            UPDATE memberships m SET read_seq = i.read
            FROM unnest(
                \(SQLArray(markers.map(\.account.description))), \(SQLArray(markers.map(\.joined))),
                \(SQLArray(markers.map(\.read)))
            ) AS i (handle, joined, read)
            JOIN accounts a ON a.handle = i.handle
            WHERE m.room_id = (SELECT id FROM rooms WHERE name = \(room)) AND m.account_id = a.id
                AND m.joined_seq = i.joined AND coalesce(m.read_seq, m.joined_seq) < i.read
            """
        ).affected
    }
}

/// How far a member has read whose membership began with a seq.
struct ReadMark {
    let account: Handle
    let joined: Int64
    let read: Int64
}

/// Events as arrays, a column each.
private struct EventColumns {
    var seqs: [Int64] = []
    var kinds: [String] = []
    var authors: [String] = []
    var times: [SQLTime] = []
    var clientIDs: [String?] = []
    var bodies: [String?] = []
    var data: [String?] = []
    var removals: [String?] = []

    init(_ events: [EventLine]) {
        for event in events {
            seqs.append(event.seq)
            authors.append(event.author.description)
            times.append(SQLTime(event.at))
            switch event.content {
            case .message(let id, let body): add("message", id, body)
            case .removed(let id, let removal): add("message", id, nil, removal)
            case .joined: add("joined", nil, nil)
            case .left: add("left", nil, nil)
            }
        }
    }

    private mutating func add(_ kind: String, _ id: ClientID?, _ body: MessageBody?, _ removal: Event.Removal? = nil) {
        kinds.append(kind)
        clientIDs.append(id?.description)
        bodies.append(body?.description)
        data.append(body?.data?.description)
        removals.append(removal?.rawValue)
    }
}
