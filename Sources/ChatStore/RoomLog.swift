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
        let scans = range.scans(limit: min(max(limit, 0), PageRange.limit))
        let answers = try connection.pipeline(
            [
                """
                SELECT r.title, r.head, m.account_id IS NOT NULL AS member
                FROM rooms r
                LEFT JOIN memberships m ON m.room_id = r.id AND m.account_id = \(account) AND m.left_seq IS NULL
                WHERE r.name = \(room) AND r.deleted_at IS NULL
                """
            ] + scans.map { scanned($0, of: room, for: account) })
        guard let row = answers.first?.first else { throw ChatError.roomNotFound(room) }
        guard try row.get("member", as: Bool.self) else { throw ChatError.notAMember(room) }
        var events: [Event] = []
        var hasMore = false
        for (scan, rows) in zip(scans, answers.dropFirst()) {
            var found = try rows.map { try event($0, in: room) }
            if found.count > scan.limit {
                hasMore = true
                found.removeLast()
            }
            events += scan.isForward ? found : found.reversed()
        }
        let fitting = range.fitting(events)
        // A later statement may have seen events that the first one did not.
        let head = max(try row.get("head", as: Int64.self), events.last?.seq ?? 0)
        return Page(
            room: room, title: try row.get("title"), head: head, events: Array(fitting),
            hasMore: hasMore || fitting.count < events.count)
    }

    /// Behind which seq the last so many messages of a room lie whose content is there: of a room without as many, what lies
    /// before the first of them; without any, its head.
    /// - Throws: `room_not_found`.
    package static func start(ofLast messages: Int, in room: RoomName, on connection: Connection) throws -> Int64 {
        let rows = try connection.run(
            """
            SELECT r.head, (
                SELECT min(seq) FROM (
                    SELECT e.seq FROM events e
                    WHERE e.room_id = r.id AND e.seq > r.expired_seq AND e.kind = 'message' AND e.removed IS NULL
                    ORDER BY e.seq DESC LIMIT \(Int64(messages))
                ) last
            ) AS first
            FROM rooms r WHERE r.name = \(room) AND r.deleted_at IS NULL
            """)
        guard let row = rows.first else { throw ChatError.roomNotFound(room) }
        guard let first: Int64 = try row.optional("first") else { return try row.get("head") }
        return first - 1
    }

    /// One event more than the scan wants, to see whether there are more.
    private static func scanned(_ scan: Scan, of room: RoomName, for account: AccountID) -> Query {
        let order = scan.isForward ? "ASC" : "DESC"
        return """
            SELECT e.seq, e.kind, e.client_id, e.body, e.data, e.removed, e.created_at,
                a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name
            FROM (
                SELECT * FROM events
                WHERE room_id = (
                    SELECT r.id FROM rooms r
                    JOIN memberships m ON m.room_id = r.id AND m.account_id = \(account) AND m.left_seq IS NULL
                    WHERE r.name = \(room)
                ) AND seq > \(scan.above) AND seq < \(scan.below)
                ORDER BY seq \(raw: order) LIMIT \(Int64(scan.limit + 1))
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
            default: try message(row)
            }
        return Event(
            room: room, seq: try row.get("seq"), author: try row.account(), at: try row.get("created_at"),
            content: content)
    }

    private static func message(_ row: Row) throws -> Event.Content {
        let clientID = ClientID(stored: try row.get("client_id"))
        guard let body: String = try row.optional("body") else {
            return .removed(clientID, Event.Removal(rawValue: try row.get("removed")) ?? .erased)
        }
        return .message(clientID, MessageBody(stored: body, data: try row.optional("data")))
    }
}

/// One index range scan: the events between two seqs, both excluded, in one direction.
private struct Scan {
    let above: Int64
    let below: Int64
    let isForward: Bool
    let limit: Int
}

extension PageRange {
    /// What is left when the texts take more than a page may hold: the events next to the position. At least one.
    fileprivate func fitting(_ events: [Event]) -> ArraySlice<Event> {
        var events = events[...]
        var bytes = events.reduce(0) { $0 + $1.textBytes }
        while bytes > Self.byteLimit, events.count > 1, let first = events.first, let last = events.last {
            let dropsLast =
                switch self {
                case .newest, .before: false
                case .after: true
                case .around(let seq): last.seq - seq > seq - first.seq
                }
            bytes -= dropsLast ? last.textBytes : first.textBytes
            events = dropsLast ? events.dropLast() : events.dropFirst()
        }
        return events
    }

    /// The scans that make up the page, in ascending order of what they find.
    fileprivate func scans(limit: Int) -> [Scan] {
        switch self {
        case .newest: [Scan(above: 0, below: .max, isForward: false, limit: limit)]
        case .before(let seq): [Scan(above: 0, below: seq, isForward: false, limit: limit)]
        case .after(let seq): [Scan(above: seq, below: .max, isForward: true, limit: limit)]
        case .around(let seq):
            [
                Scan(above: 0, below: seq + 1, isForward: false, limit: limit - limit / 2),
                Scan(above: seq, below: .max, isForward: true, limit: limit / 2),
            ]
        }
    }
}

extension Event {
    fileprivate var textBytes: Int {
        if case .message(_, let body) = content { body.byteCount } else { 0 }
    }
}
