import ChatCore
import ChatStore
import Postgres

/// What a room already has of a channel of Slack's.
struct SlackRoomRows {
    let room: LogImport.LockedRoom
    let connection: Connection

    /// - Returns: those of the accounts that have ever been in the room.
    func standings(of accounts: [Handle]) throws -> [Handle: SlackRoomPlan.Standing] {
        let rows = try connection.run(
            """
            SELECT a.handle, (
                SELECT e.created_at FROM memberships m JOIN events e ON e.room_id = m.room_id AND e.seq = m.joined_seq
                WHERE m.room_id = \(room.id) AND m.account_id = a.id AND m.left_seq IS NULL LIMIT 1
            ) AS joined_at, (
                SELECT max(e.created_at) FROM memberships m JOIN events e ON e.room_id = m.room_id AND e.seq = m.left_seq
                WHERE m.room_id = \(room.id) AND m.account_id = a.id
            ) AS left_at
            FROM accounts a WHERE a.handle = ANY (\(SQLArray(accounts.map(\.description))))
            """)
        return try rows.reduce(into: [:]) { standings, row in
            standings[Handle(stored: try row.get("handle"))] = SlackRoomPlan.Standing(
                joinedAt: try row.optional("joined_at"), leftAt: try row.optional("left_at"))
        }
    }

    /// Which of the messages are there, and which of those with another text. One whose author has been erased since is there too,
    /// under another name, and does not come back: Slack's time says which of a channel's messages it is.
    func stored(
        _ messages: [(key: SlackRoomPlan.Key, body: MessageBody)]
    ) throws -> (keys: Set<SlackRoomPlan.Key>, changed: Int) {
        let rows = try connection.run(
            """
            SELECT i.author, i.client_id, e.digest <> sha256(convert_to(i.body, 'UTF8')) AS is_changed
            FROM unnest(
                \(SQLArray(messages.map { $0.key.author.description })),
                \(SQLArray(messages.map { $0.key.clientID.description })), \(SQLArray(messages.map { $0.body.description }))
            ) AS i (author, client_id, body)
            LEFT JOIN accounts a ON a.handle = i.author
            JOIN LATERAL (
                SELECT digest FROM events
                WHERE room_id = \(room.id) AND client_id = i.client_id
                    AND author_id IN (SELECT a.id UNION ALL SELECT id FROM accounts WHERE erased_at IS NOT NULL)
                LIMIT 1
            ) e ON true
            """)
        var keys: Set<SlackRoomPlan.Key> = []
        var changed = 0
        for row in rows {
            keys.insert(
                .init(
                    author: Handle(stored: try row.get("author")), clientID: ClientID(stored: try row.get("client_id")))
            )
            if try row.optional("is_changed") == true { changed += 1 }
        }
        return (keys, changed)
    }

    /// Which of the accounts are members now.
    func members(of accounts: [Handle]) throws -> [Handle] {
        try connection.run(
            """
            SELECT a.handle FROM memberships m JOIN accounts a ON a.id = m.account_id
            WHERE m.room_id = \(room.id) AND m.left_seq IS NULL AND a.handle = ANY (\(SQLArray(accounts.map(\.description))))
            """
        ).map { Handle(stored: try $0.get("handle")) }
    }

    /// Who may not come back.
    func banned() throws -> Set<Handle> {
        try Set(
            connection.run(
                "SELECT a.handle FROM bans b JOIN accounts a ON a.id = b.account_id WHERE b.room_id = \(room.id)"
            ).map { Handle(stored: try $0.get("handle")) })
    }

    /// Whether a room was made by somebody else: it has messages, and none of them is Slack's.
    static func isForeign(_ room: RoomName, on connection: Connection) throws -> Bool {
        let rows = try connection.run(
            """
            SELECT EXISTS (SELECT FROM events e WHERE e.room_id = r.id AND e.kind = 'message')
                AND NOT EXISTS (SELECT FROM events e WHERE e.room_id = r.id AND e.client_id LIKE 'slack:%') AS is_foreign
            FROM rooms r WHERE r.name = \(room)
            """)
        return try rows.first?.get("is_foreign") ?? false
    }
}
