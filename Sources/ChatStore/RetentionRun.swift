package import ChatCore
package import Postgres

/// Removes the content of messages that are older than their rooms keep them, so many at a time that nobody waits for it.
///
/// A room's log is walked in the order of its seqs, from where the last run ended. Times are not quite in that order, because
/// clocks may be set back; so the walk ends at a stretch in which nothing is old enough any more, and the next one begins
/// at the first message that was too young.
package struct RetentionRun {
    /// Only shows what would be removed.
    private let isDryRun: Bool
    private let administrator: Administrator
    private let connection: Connection

    /// Events that are looked at in one transaction.
    private static let batch: Int64 = 5000

    /// - Parameters:
    ///   - isDryRun: whether it only shows what would be removed.
    ///   - administrator: named in the audit log.
    package init(isDryRun: Bool, by administrator: Administrator, on connection: Connection) {
        self.isDryRun = isDryRun
        self.administrator = administrator
        self.connection = connection
    }

    /// Walks through all rooms that do not keep messages for ever, or through one of them.
    /// - Parameter progress: told how many messages have been found.
    /// - Returns: the rooms in which there was something to remove.
    /// - Throws: `room_not_found`.
    package func run(only room: RoomName? = nil, progress: (Int64) -> Void = { _ in }) throws -> [Removed] {
        if let room { _ = try RoomRecords.find(room, on: connection) }
        var all: [Removed] = []
        for place in try places(only: room) {
            let before = all.reduce(0) { $0 + $1.messages }
            let removed = try walk(place) { progress(before + $0) }
            if removed.messages > 0 { all.append(removed) }
        }
        return all
    }

    /// A room, and where the walk through it begins.
    private struct Place {
        let room: RoomName
        let id: RoomID
        let days: Int64
        let above: Int64
    }

    private func places(only room: RoomName?) throws -> [Place] {
        try connection.run(
            """
            SELECT r.name, r.id, coalesce(r.retention_days, l.retention_days)::bigint AS days, r.expired_seq
            FROM rooms r CROSS JOIN room_logs l
            WHERE coalesce(r.retention_days, l.retention_days) > 0 AND r.deleted_at IS NULL
                AND (\(room)::text IS NULL OR r.name = \(room))
            ORDER BY r.name
            """
        ).map { row in
            Place(
                room: RoomName(stored: try row.get("name")), id: try row.get("id"), days: try row.get("days"),
                above: try row.get("expired_seq"))
        }
    }

    private func walk(_ place: Place, _ progress: (Int64) -> Void) throws -> Removed {
        var removed = Removed(from: place.room)
        var above = place.above
        // Below the first message that is too young, no content is left.
        var young: Int64?
        while true {
            let isFirst = removed.messages == 0
            let stretch = isDryRun ? try look(place, above) : try remove(place, above, isFirst: isFirst)
            removed.add(messages: stretch.messages, bytes: stretch.bytes)
            progress(removed.messages)
            young = young ?? stretch.firstYoung
            above = stretch.last ?? above
            let isAtEnd = stretch.events < Self.batch || (stretch.firstYoung != nil && stretch.messages == 0)
            guard !isAtEnd else { break }
        }
        let expired = young.map { $0 - 1 } ?? above
        if !isDryRun, expired > place.above {
            try connection.run(
                "UPDATE rooms SET expired_seq = greatest(expired_seq, \(expired)) WHERE id = \(place.id)")
        }
        return removed
    }

    /// Consecutive events.
    private struct Stretch {
        let events: Int64
        /// The seq of the last one; `nil` if there are none.
        let last: Int64?
        /// Messages with content that are old enough.
        let messages: Int64
        let bytes: Int64
        /// The first message with content that is not.
        let firstYoung: Int64?

        init(_ row: Row?) throws {
            events = try row?.get("events") ?? 0
            last = try row?.optional("last")
            messages = try row?.get("messages") ?? 0
            bytes = try row?.get("bytes") ?? 0
            firstYoung = try row?.optional("first_young")
        }
    }

    private static let summary = """
        SELECT count(*) AS events, max(seq) AS last, count(*) FILTER (WHERE has_content AND is_old) AS messages,
            coalesce(sum(bytes) FILTER (WHERE has_content AND is_old), 0)::bigint AS bytes,
            min(seq) FILTER (WHERE has_content AND NOT is_old) AS first_young
        FROM stretch
        """

    private static let columns = """
        seq, kind = 'message' AND removed IS NULL AS has_content,
            coalesce(octet_length(body), 0) + coalesce(octet_length(data), 0) AS bytes
        """

    private func look(_ place: Place, _ above: Int64) throws -> Stretch {
        let rows = try connection.run(
            """
            WITH stretch AS MATERIALIZED (
                SELECT \(raw: Self.columns), created_at < now() - \(place.days) * interval '1 day' AS is_old
                FROM events WHERE room_id = \(place.id) AND seq > \(above) ORDER BY seq LIMIT \(Self.batch)
            )
            \(raw: Self.summary)
            """)
        return try Stretch(rows.first)
    }

    private func remove(_ place: Place, _ above: Int64, isFirst: Bool) throws -> Stretch {
        try connection.transaction {
            let rows = try connection.run(
                """
                WITH stretch AS MATERIALIZED (
                    SELECT \(raw: Self.columns), created_at < now() - \(place.days) * interval '1 day' AS is_old
                    FROM events WHERE room_id = \(place.id) AND seq > \(above) ORDER BY seq LIMIT \(Self.batch)
                ), gone AS (
                    UPDATE events e SET removed = 'expired', body = NULL, data = NULL, digest = NULL
                    FROM stretch s
                    WHERE e.room_id = \(place.id) AND e.seq = s.seq AND s.has_content AND s.is_old AND e.removed IS NULL
                )
                \(raw: Self.summary)
                """)
            let stretch = try Stretch(rows.first)
            guard stretch.messages > 0 else { return stretch }
            try LogRevision.rise(on: connection)
            if isFirst {
                try Audit.write(AuditEntry(.messagesExpired, in: place.room, by: administrator), on: connection)
            }
            return stretch
        }
    }
}
