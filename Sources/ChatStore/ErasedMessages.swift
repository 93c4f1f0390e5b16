import ChatCore
import Postgres

/// The messages of an account that is erased, so many at a time that nobody waits for it.
enum ErasedMessages {
    /// Messages that lose their content in one transaction.
    private static let batch: Int64 = 5000

    private struct Place {
        let id: RoomID
        let removed: Removed
    }

    /// How much there is, by room; rooms without anything are left out.
    static func measure(of account: AccountID, on connection: Connection) throws -> [Removed] {
        try places(of: account, on: connection).map(\.removed)
    }

    /// Removes it, and tells how much is gone.
    static func remove(
        of account: AccountID, on connection: Connection, _ progress: (Int64) -> Void
    ) throws -> [Removed] {
        var all: [Removed] = []
        for place in try places(of: account, on: connection) {
            let before = all.reduce(0) { $0 + $1.messages }
            all.append(
                try remove(of: account, in: place, on: connection) { progress(before + $0) })
        }
        return all
    }

    /// Every room is asked, with one look into the index of client ids: where somebody has written does not depend on
    /// where they have been a member.
    private static func places(of account: AccountID, on connection: Connection) throws -> [Place] {
        try connection.run(
            """
            SELECT r.id, r.name, e.messages, e.bytes FROM rooms r CROSS JOIN LATERAL (
                SELECT count(*) AS messages,
                    coalesce(sum(octet_length(body) + coalesce(octet_length(data), 0)), 0)::bigint AS bytes
                FROM events
                WHERE room_id = r.id AND author_id = \(account) AND client_id IS NOT NULL AND removed IS NULL
            ) e
            WHERE e.messages > 0 AND r.deleted_at IS NULL ORDER BY r.name
            """
        ).map { row in
            Place(
                id: try row.get("id"),
                removed: Removed(
                    from: RoomName(stored: try row.get("name")), messages: try row.get("messages"),
                    bytes: try row.get("bytes")))
        }
    }

    private static func remove(
        of account: AccountID, in place: Place, on connection: Connection, _ progress: (Int64) -> Void
    ) throws -> Removed {
        var removed = Removed(from: place.removed.room)
        var last = ""
        while true {
            let row = try connection.transaction {
                let rows = try connection.run(
                    """
                    WITH chosen AS MATERIALIZED (
                        SELECT seq, client_id, octet_length(body) + coalesce(octet_length(data), 0) AS bytes FROM events
                        WHERE room_id = \(place.id) AND author_id = \(account) AND client_id > \(last) AND removed IS NULL
                        ORDER BY client_id LIMIT \(batch)
                    ), gone AS (
                        UPDATE events e SET removed = 'erased', body = NULL, data = NULL, digest = NULL
                        FROM chosen s WHERE e.room_id = \(place.id) AND e.seq = s.seq AND e.removed IS NULL
                    )
                    SELECT count(*) AS messages, coalesce(sum(bytes), 0)::bigint AS bytes, max(client_id) AS last FROM chosen
                    """)
                try LogRevision.rise(on: connection)
                return rows.first
            }
            guard let row, let reached: String = try row.optional("last") else { return removed }
            removed.add(messages: try row.get("messages"), bytes: try row.get("bytes"))
            progress(removed.messages)
            last = reached
        }
    }
}
