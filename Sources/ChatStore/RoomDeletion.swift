package import ChatCore
package import Postgres

/// The SQL of deleting a room: everything of it but its name.
///
/// First the room is gone for everybody, in one short transaction; then its events are removed, so many at a time that nobody
/// waits for it. Whatever interrupts that, ``sweep(on:progress:)`` goes on with it.
package enum RoomDeletion {
    /// What is gone, or would be.
    package struct Report: Sendable, Equatable {
        package fileprivate(set) var events: Int64 = 0
        package fileprivate(set) var messages: Int64 = 0
        /// Of texts and data.
        package fileprivate(set) var bytes: Int64 = 0
        /// Memberships, of today and of before.
        package fileprivate(set) var memberships: Int64 = 0
        package fileprivate(set) var bans: Int64 = 0
        /// Invitations that were for the room; they are good for the default room alone from now on.
        package fileprivate(set) var invitations: Int64 = 0
    }

    /// Events that are removed in one transaction.
    private static let batch: Int64 = 5000

    /// What deleting a room would remove; changes nothing.
    /// - Throws: `room_not_found`.
    package static func measure(_ name: RoomName, on connection: Connection) throws -> Report {
        let rows = try connection.run(
            """
            SELECT e.events, e.messages, e.bytes,
                (SELECT count(*) FROM memberships WHERE room_id = r.id) AS memberships,
                (SELECT count(*) FROM bans WHERE room_id = r.id) AS bans,
                (SELECT count(*) FROM invitations WHERE room_id = r.id) AS invitations
            FROM rooms r CROSS JOIN LATERAL (
                SELECT count(*) AS events, count(*) FILTER (WHERE kind = 'message' AND removed IS NULL) AS messages,
                    coalesce(sum(coalesce(octet_length(body), 0) + coalesce(octet_length(data), 0)), 0)::bigint AS bytes
                FROM events WHERE room_id = r.id
            ) e
            WHERE r.name = \(name) AND r.deleted_at IS NULL
            """)
        guard let row = rows.first else { throw ChatError.roomNotFound(name) }
        return Report(
            events: try row.get("events"), messages: try row.get("messages"), bytes: try row.get("bytes"),
            memberships: try row.get("memberships"), bans: try row.get("bans"),
            invitations: try row.get("invitations"))
    }

    /// Deletes a room.
    /// - Parameter progress: told how many events are gone.
    /// - Throws: `room_not_found`.
    package static func run(
        _ name: RoomName, by administrator: Administrator, on connection: Connection,
        progress: (Int64) -> Void = { _ in }
    ) throws -> Report {
        var report = Report()
        let room = try close(name, by: administrator, &report, on: connection)
        try removeEvents(of: room, &report, on: connection, progress)
        // Only now, so that nobody waits for this room to be gone because of another one.
        try sweep(on: connection)
        return report
    }

    /// Goes on with what was interrupted.
    /// - Returns: the events that it removed.
    @discardableResult
    package static func sweep(on connection: Connection) throws -> Int64 {
        let rooms = try connection.run(
            """
            SELECT id FROM rooms r
            WHERE deleted_at IS NOT NULL AND EXISTS (SELECT FROM events e WHERE e.room_id = r.id)
            """
        ).map { try $0.get("id", as: RoomID.self) }
        var report = Report()
        for room in rooms { try removeEvents(of: room, &report, on: connection) { _ in } }
        return report.events
    }

    /// From now on there is no such room. Whoever waits for its lock to store something finds none.
    private static func close(
        _ name: RoomName, by administrator: Administrator, _ report: inout Report, on connection: Connection
    ) throws -> RoomID {
        try connection.transaction {
            _ = try connection.run(LogAppend.lock(SQLArray([name])))
            let rows = try connection.run(
                """
                UPDATE rooms SET deleted_at = now(), head = 0, title = name, archived_at = NULL, retention_days = NULL
                WHERE name = \(name) AND deleted_at IS NULL RETURNING id
                """)
            guard let room: RoomID = try rows.first?.get("id") else { throw ChatError.roomNotFound(name) }
            let removed = try connection.pipeline([
                "DELETE FROM memberships WHERE room_id = \(room)",
                "DELETE FROM bans WHERE room_id = \(room)",
                "UPDATE invitations SET room_id = NULL WHERE room_id = \(room)",
            ]).map { Int64($0.affected) }
            if removed.count == 3 {
                (report.memberships, report.bans, report.invitations) = (removed[0], removed[1], removed[2])
            }
            try LogRevision.rise(on: connection)
            try Audit.write(AuditEntry(.roomDeleted, in: name, by: administrator), on: connection)
            return room
        }
    }

    private static func removeEvents(
        of room: RoomID, _ report: inout Report, on connection: Connection, _ progress: (Int64) -> Void
    ) throws {
        var above: Int64 = 0
        while true {
            let rows = try connection.run(
                """
                WITH gone AS (
                    DELETE FROM events WHERE room_id = \(room) AND seq > \(above) AND seq <= \(above + batch)
                    RETURNING kind = 'message' AND removed IS NULL AS is_message,
                        coalesce(octet_length(body), 0) + coalesce(octet_length(data), 0) AS bytes
                )
                SELECT count(*) AS events, count(*) FILTER (WHERE is_message) AS messages,
                    coalesce(sum(bytes), 0)::bigint AS bytes,
                    (SELECT min(seq) FROM events WHERE room_id = \(room) AND seq > \(above + batch)) AS next
                FROM gone
                """)
            guard let row = rows.first else { return }
            report.events += try row.get("events")
            report.messages += try row.get("messages")
            report.bytes += try row.get("bytes")
            progress(report.events)
            guard let next: Int64 = try row.optional("next") else { return }
            above = next - 1
        }
    }
}

/// The number of a room's row; outside the storage a room is its name.
enum RoomRow {}
typealias RoomID = ID<RoomRow>
