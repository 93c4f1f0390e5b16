package import ChatCore
package import Postgres

/// The SQL of how long rooms keep what was said: a period for all rooms, and for some of them one of their own.
package enum Retention {
    /// What holds for a room.
    package struct Rule: Sendable, Equatable {
        /// A room that has not been deleted.
        package let room: RoomName
        /// `nil` if it is what holds for all rooms.
        package let own: RetentionPeriod?
    }

    /// What holds for all rooms that have no period of their own.
    package static func period(on connection: Connection) throws -> RetentionPeriod {
        let days: Int64? = try connection.run("SELECT retention_days::bigint AS days FROM room_logs").first?
            .optional("days")
        return days.map(RetentionPeriod.init(days:)) ?? .forever
    }

    /// All rooms by name.
    package static func rules(on connection: Connection) throws -> [Rule] {
        try connection.run(
            "SELECT name, retention_days::bigint AS days FROM rooms WHERE deleted_at IS NULL ORDER BY name"
        ).map { row in
            Rule(
                room: RoomName(stored: try row.get("name")),
                own: try row.optional("days", as: Int64.self).map(RetentionPeriod.init(days:)))
        }
    }

    /// Sets what holds for all rooms. Nothing is removed before the next ``RetentionRun``.
    package static func set(
        _ period: RetentionPeriod, by administrator: Administrator, on connection: Connection
    ) throws {
        try connection.transaction {
            try connection.run("UPDATE room_logs SET retention_days = \(period.days)::bigint::integer")
            let entry = AuditEntry(.retentionChanged, by: administrator, detail: period.detail)
            try Audit.write(entry, on: connection)
        }
    }

    /// Sets what holds for one room.
    /// - Parameter period: `nil` for what holds for all rooms.
    /// - Throws: `room_not_found`.
    package static func set(
        _ period: RetentionPeriod?, of room: RoomName, by administrator: Administrator, on connection: Connection
    ) throws {
        try connection.transaction {
            let days = period.map { $0.days ?? 0 }
            let rows = try connection.run(
                """
                UPDATE rooms SET retention_days = \(days)::bigint::integer
                WHERE name = \(room) AND deleted_at IS NULL RETURNING id
                """)
            guard rows.first != nil else { throw ChatError.roomNotFound(room) }
            let detail = period?.detail ?? "general"
            try Audit.write(
                AuditEntry(.retentionChanged, in: room, by: administrator, detail: detail), on: connection)
        }
    }
}

extension RetentionPeriod {
    /// As a room has it: 0 is for ever.
    fileprivate init(days: Int64) { self = days > 0 ? .days(days) : .forever }

    /// For the audit log.
    fileprivate var detail: String { days.map { "days \($0)" } ?? "forever" }

    /// `nil` for ever.
    fileprivate var days: Int64? {
        switch self {
        case .forever: nil
        case .days(let days): days
        }
    }
}
