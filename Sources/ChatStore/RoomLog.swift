package import ChatCore
package import Postgres

/// Reading the room log: one index range scan on (room, seq).
package enum RoomLog {
    /// A stretch of a room's log, for a member.
    /// - Parameter limit: 0…`PageRange.limit`.
    /// - Throws: `room_not_found`, `not_a_member`.
    package static func page(
        _ room: RoomName, _ range: PageRange, limit: Int, for account: AccountID, on connection: Connection
    ) throws -> Page {
        let limit = min(max(limit, 0), PageRange.limit)
        let answers = try connection.pipeline([
            """
            SELECT r.title, r.head, m.account_id IS NOT NULL AS member
            FROM rooms r
            LEFT JOIN memberships m ON m.room_id = r.id AND m.account_id = \(account) AND m.left_seq IS NULL
            WHERE r.name = \(room)
            """,
            events(of: room, range, limit: limit + 1, for: account),
        ])
        guard let row = answers.first?.first else { throw ChatError.roomNotFound(room) }
        guard try row.get("member", as: Bool.self) else { throw ChatError.notAMember(room) }
        var events = try answers.last?.map { try event($0, in: room) } ?? []
        let hasMore = events.count > limit
        if hasMore { events.removeLast() }
        if !range.isForward { events.reverse() }
        // The second statement may have seen events that the first one did not.
        let head = max(try row.get("head", as: Int64.self), events.last?.seq ?? 0)
        return Page(room: room, title: try row.get("title"), head: head, events: events, hasMore: hasMore)
    }

    private static func events(of room: RoomName, _ range: PageRange, limit: Int, for account: AccountID) -> Query {
        let (lower, upper, order) =
            switch range {
            case .newest: (Int64(0), Int64.max, "DESC")
            case .before(let seq): (Int64(0), seq, "DESC")
            case .after(let seq): (seq, Int64.max, "ASC")
            }
        return """
            SELECT e.seq, e.kind, e.client_id, e.body, e.created_at,
                a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name
            FROM (
                SELECT * FROM events
                WHERE room_id = (
                    SELECT r.id FROM rooms r
                    JOIN memberships m ON m.room_id = r.id AND m.account_id = \(account) AND m.left_seq IS NULL
                    WHERE r.name = \(room)
                ) AND seq > \(lower) AND seq < \(upper)
                ORDER BY seq \(raw: order) LIMIT \(Int64(limit))
            ) e
            JOIN accounts a ON a.id = e.author_id
            ORDER BY e.seq \(raw: order)
            """
    }

    private static func event(_ row: Row, in room: RoomName) throws -> Event {
        let content: Event.Content =
            switch try row.get("kind", as: String.self) {
            case "joined": .joined
            case "left": .left
            default:
                .message(
                    ClientID(stored: try row.get("client_id")),
                    MessageBody(stored: try row.get("body")))
            }
        return Event(
            room: room, seq: try row.get("seq"), author: try row.account(), at: try row.get("created_at"),
            content: content)
    }
}

extension PageRange {
    /// Whether pages follow each other towards newer events.
    fileprivate var isForward: Bool {
        if case .after = self { true } else { false }
    }
}
