package import ChatCore
package import Postgres

/// The SQL of rooms. Who joins or leaves one is an event and goes through the room writer.
package enum Rooms {
    /// Makes a room, and whoever makes it its first member and owner.
    /// - Throws: `room_exists`.
    package static func create(
        _ name: RoomName, title: RoomTitle, for owner: AccountID, on connection: Connection
    ) throws {
        try connection.transaction {
            try create(name, title: title, on: connection)
            _ = try LogAppend.join(name, owner, on: connection).get()
            try Memberships.set(.owner, of: owner, in: name, on: connection)
        }
    }

    /// Makes a room without members.
    /// - Throws: `room_exists`.
    package static func create(_ name: RoomName, title: RoomTitle, on connection: Connection) throws {
        guard try ensure(name, title: title, on: connection) else {
            throw ChatError(
                .roomExists, "There is already a room named \(name). Join it or choose another name.", field: "name")
        }
    }

    /// Creates the room if it is not there.
    /// - Returns: whether it was created.
    /// - Throws: `room_exists` if there was a room of this name that was deleted.
    @discardableResult
    package static func ensure(_ name: RoomName, title: RoomTitle, on connection: Connection) throws -> Bool {
        let answers = try connection.pipeline([
            """
            INSERT INTO rooms (name, title) VALUES (\(name), \(title.description))
            ON CONFLICT (name) DO NOTHING
            """,
            "SELECT FROM rooms WHERE name = \(name) AND deleted_at IS NOT NULL",
        ])
        guard answers.last?.first == nil else {
            throw ChatError(
                .roomExists,
                "There was a room named \(name), which was deleted. Choose another name: one that clients know is not used again.",
                field: "name")
        }
        return answers.first?.affected == 1
    }

    /// Lets an account join, for a program that has no room writer. Whoever listens on a server hears of it seconds later.
    package static func join(_ room: RoomName, _ account: Account, on connection: Connection) throws {
        _ = try LogAppend.drafts([Draft(room: room, author: account, content: .joined)], on: connection).first?.get()
    }

    /// All public rooms by name, as `account` sees them.
    package static func all(for account: AccountID, on connection: Connection) throws -> [Room] {
        try connection.run(
            """
            SELECT r.name, r.title, r.head, r.archived_at IS NOT NULL AS archived, r.created_at,
                m.account_id IS NOT NULL AS member
            FROM rooms r
            LEFT JOIN memberships m ON m.room_id = r.id AND m.account_id = \(account) AND m.left_seq IS NULL
            WHERE r.deleted_at IS NULL
            ORDER BY r.name
            """
        ).map(room)
    }

    /// - Throws: `room_not_found`.
    package static func find(_ name: RoomName, for account: AccountID, on connection: Connection) throws -> Room {
        let rows = try connection.run(
            """
            SELECT r.name, r.title, r.head, r.archived_at IS NOT NULL AS archived, r.created_at,
                m.account_id IS NOT NULL AS member
            FROM rooms r
            LEFT JOIN memberships m ON m.room_id = r.id AND m.account_id = \(account) AND m.left_seq IS NULL
            WHERE r.name = \(name) AND r.deleted_at IS NULL
            """)
        guard let row = rows.first else { throw ChatError.roomNotFound(name) }
        return try room(row)
    }

    /// The heads of those rooms that exist.
    package static func heads(of rooms: [RoomName], on connection: Connection) throws -> [RoomName: Int64] {
        let rows = try connection.run(
            "SELECT name, head FROM rooms WHERE name = ANY (\(SQLArray(rooms))) AND deleted_at IS NULL")
        return try rows.reduce(into: [:]) { heads, row in
            heads[RoomName(stored: try row.get("name"))] = try row.get("head", as: Int64.self)
        }
    }

    private static func room(_ row: Row) throws -> Room {
        Room(
            name: RoomName(stored: try row.get("name")), title: try row.get("title"), head: try row.get("head"),
            member: try row.get("member"), archived: try row.get("archived"), createdAt: try row.get("created_at"))
    }
}
