package import ChatCore
package import Postgres

/// The SQL of those who administer rooms.
package enum RoomRecords {
    /// Rooms on one page.
    package static let pageLimit: Int64 = 200

    /// A page of rooms in the order of their names.
    /// - Parameters:
    ///   - after: only names after this one.
    ///   - limit: 1…``pageLimit``.
    package static func list(
        after: RoomName? = nil, limit: Int64 = pageLimit, on connection: Connection
    ) throws -> [RoomRecord] {
        try connection.run(
            """
            SELECT \(raw: columns) FROM rooms r
            WHERE r.name > \(after?.description ?? "") AND r.deleted_at IS NULL
            ORDER BY r.name LIMIT \(min(max(limit, 1), pageLimit))
            """
        ).map(record)
    }

    /// - Throws: `room_not_found`.
    package static func find(_ name: RoomName, on connection: Connection) throws -> RoomRecord {
        let rows = try connection.run(
            "SELECT \(raw: columns) FROM rooms r WHERE r.name = \(name) AND r.deleted_at IS NULL")
        guard let row = rows.first else { throw ChatError.roomNotFound(name) }
        return try record(row)
    }

    /// Makes a room.
    /// - Parameter owner: its first member, if it is to have one.
    /// - Throws: `room_exists`, `account_not_found`; `not_authenticated` for an erased account.
    package static func create(
        _ name: RoomName, title: RoomTitle, owner: Handle?, by administrator: Administrator, on connection: Connection
    ) throws {
        try connection.transaction {
            try Rooms.create(name, title: title, on: connection)
            try Audit.write(AuditEntry(.roomCreated, in: name, by: administrator), on: connection)
            guard let owner else { return }
            let account = try AccountRecords.find(owner, on: connection).account.id
            _ = try LogAppend.join(name, account, on: connection).get()
            try Memberships.set(.owner, of: account, in: name, on: connection)
        }
    }

    /// Changes what people read; the name is permanent.
    /// - Returns: whether the title was another one.
    /// - Throws: `room_not_found`.
    @discardableResult
    package static func rename(
        _ name: RoomName, to title: RoomTitle, by administrator: Administrator, on connection: Connection
    ) throws -> Bool {
        try connection.transaction {
            guard try lock(name, on: connection).title != title.description else { return false }
            try connection.run("UPDATE rooms SET title = \(title.description) WHERE name = \(name)")
            // Servers keep titles with the events.
            try LogRevision.rise(on: connection)
            try Audit.write(AuditEntry(.roomRenamed, in: name, by: administrator), on: connection)
            return true
        }
    }

    /// Lets a room take no more messages, or take them again. Whoever is in it still reads it, people still join and leave.
    ///
    /// The room's lock makes every message come before it, or be refused.
    /// - Returns: whether it was not so before.
    /// - Throws: `room_not_found`.
    @discardableResult
    package static func setArchived(
        _ isArchived: Bool, _ name: RoomName, by administrator: Administrator, on connection: Connection
    ) throws -> Bool {
        try connection.transaction {
            guard (try lock(name, on: connection).archivedAt != nil) != isArchived else { return false }
            try connection.run(
                "UPDATE rooms SET archived_at = CASE WHEN \(isArchived) THEN now() END WHERE name = \(name)")
            let act: AuditEntry.Act = isArchived ? .roomArchived : .roomUnarchived
            try Audit.write(AuditEntry(act, in: name, by: administrator), on: connection)
            return true
        }
    }

    /// - Throws: `room_not_found`.
    private static func lock(_ name: RoomName, on connection: Connection) throws -> RoomRecord {
        _ = try connection.run(LogAppend.lock(SQLArray([name])))
        return try find(name, on: connection)
    }

    private static let columns = """
        r.name, r.title, r.head, r.created_at, r.archived_at,
            (SELECT count(*) FROM memberships m WHERE m.room_id = r.id AND m.left_seq IS NULL) AS members,
            (SELECT e.created_at FROM events e WHERE e.room_id = r.id AND e.seq = r.head) AS last_event_at
        """

    private static func record(_ row: Row) throws -> RoomRecord {
        RoomRecord(
            name: RoomName(stored: try row.get("name")), title: try row.get("title"), head: try row.get("head"),
            members: try row.get("members"), createdAt: try row.get("created_at"),
            lastEventAt: try row.optional("last_event_at"), archivedAt: try row.optional("archived_at"))
    }
}
