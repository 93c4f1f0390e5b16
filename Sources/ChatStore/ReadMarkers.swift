package import ChatCore
package import Postgres

/// The SQL of read markers.
package enum ReadMarkers {
    /// Moves an account's marker forward to `seq`, but not beyond the head, and never back.
    /// - Throws: `room_not_found`, `not_a_member`.
    package static func move(
        _ account: AccountID, in room: RoomName, to seq: Int64, on connection: Connection
    ) throws -> ReadMarker {
        let answers = try connection.pipeline([
            """
            UPDATE memberships m SET read_seq = least(\(seq), r.head)
            FROM rooms r
            WHERE r.name = \(room) AND m.room_id = r.id AND m.account_id = \(account) AND m.left_seq IS NULL
                AND coalesce(m.read_seq, m.joined_seq) < least(\(seq), r.head)
            """,
            """
            SELECT r.head, coalesce(m.read_seq, m.joined_seq) AS read
            FROM rooms r
            LEFT JOIN memberships m ON m.room_id = r.id AND m.account_id = \(account) AND m.left_seq IS NULL
            WHERE r.name = \(room) AND r.deleted_at IS NULL
            """,
        ])
        guard let row = answers.last?.first else { throw ChatError.roomNotFound(room) }
        guard let read: Int64 = try row.optional("read") else { throw ChatError.notAMember(room) }
        let moved = (answers.first?.affected ?? 0) > 0
        return ReadMarker(room: room, read: read, head: try row.get("head"), moved: moved)
    }
}
