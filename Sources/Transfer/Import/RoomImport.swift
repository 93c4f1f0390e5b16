import ChatCore
import ChatStore
import Postgres

/// Makes a room that is not there yet. One without events, as a server makes its first room, becomes the one that is imported.
enum RoomImport {
    /// Also who may not come back; of a room that has events already, nothing is changed.
    /// - Returns: whether anything was made or changed.
    /// - Throws: ``TransferError`` for a room that was deleted.
    static func ensure(_ room: RoomLine, on connection: Connection) throws -> Bool {
        try connection.transaction {
            try connection.run(
                """
                INSERT INTO rooms (name, title) VALUES (\(room.name), \(room.title)) ON CONFLICT (name) DO NOTHING
                """)
            let rows = try connection.run(
                """
                SELECT id, head, deleted_at IS NOT NULL AS is_deleted FROM rooms WHERE name = \(room.name) FOR UPDATE
                """)
            guard let row = rows.first, try !row.get("is_deleted", as: Bool.self) else {
                throw TransferError.deleted(room.name)
            }
            guard try row.get("head", as: Int64.self) == 0 else { return false }
            return try fill(room, row.get("id"), on: connection)
        }
    }

    private static func fill(_ room: RoomLine, _ id: Int64, on connection: Connection) throws -> Bool {
        let answers = try connection.pipeline([
            """
            UPDATE rooms
            SET title = \(room.title), created_at = \(SQLTime(room.createdAt)),
                archived_at = \(room.archivedAt.map(SQLTime.init)), retention_days = \(room.retentionDays)
            WHERE id = \(id) AND (title, created_at, archived_at, retention_days) IS DISTINCT FROM (
                \(room.title), \(SQLTime(room.createdAt)), \(room.archivedAt.map(SQLTime.init)),
                \(room.retentionDays)::bigint)
            """,
            """
            INSERT INTO bans (room_id, account_id, banned_at)
            SELECT \(id), a.id, i.at
            FROM unnest(
                \(SQLArray(room.bans.map { $0.handle.description })), \(SQLArray(room.bans.map { SQLTime($0.at) }))
            ) AS i (handle, at)
            JOIN accounts a ON a.handle = i.handle
            ON CONFLICT DO NOTHING
            """,
        ])
        return answers.contains { $0.affected > 0 }
    }
}
