package import ChatCore
import ChatStore
package import Postgres

/// Writes accounts and rooms as they were at one moment.
///
/// All is read in one snapshot, a few hundred rows at a time. The same content makes the same bytes: nothing of the database's own
/// numbers, of the time, or of the version is in it.
package struct Exporter {
    /// Rows in memory at once. A message takes 100 kB at most, and hardly ever more than one.
    private static let page = 500

    private let connection: Connection
    private let rooms: [RoomName]?
    private let progress: (_ events: Int, _ total: Int) -> Void

    /// - Parameters:
    ///   - rooms: only these, and the accounts that have been in them; `nil` for everything.
    ///   - progress: called for every so many events.
    package init(
        on connection: Connection, rooms: [RoomName]? = nil,
        progress: @escaping (_ events: Int, _ total: Int) -> Void = { _, _ in }
    ) {
        self.connection = connection
        self.rooms = rooms
        self.progress = progress
    }

    /// What has been found to be wrong with the database is said by ``Result/gaps``.
    package struct Result: Sendable {
        /// What was written.
        package var counts = TransferCounts()
        /// Rooms in whose log a number is missing; what was exported of them cannot be imported.
        package var gaps: [RoomName] = []
    }

    /// - Throws: ``TransferError`` for a room that does not exist, or if something cannot be written; `PostgresError`.
    package func run(to folder: ExportFolder) throws -> Result { try export(to: folder) }

    /// The same into a stream.
    package func run(to stream: ExportStream) throws -> Result { try export(to: stream) }

    private func export(to target: any ExportTarget) throws -> Result {
        try connection.transaction {
            try connection.execute(
                script: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL jit = off")
            let found = try roomLines()
            var result = Result()
            try writeAccounts(to: target, &result)
            let total = found.reduce(0) { $0 + Int($1.head) }
            for room in found { try write(room, to: target, total: total, &result) }
            try target.finish(result.counts)
            return result
        }
    }

    // MARK: - Accounts

    private func writeAccounts(to target: any ExportTarget, _ result: inout Result) throws {
        try target.begin(.accounts)
        var json = JSONWriter()
        try SnapshotCursor.read(
            """
            DECLARE transfer NO SCROLL CURSOR FOR
            SELECT a.handle, a.display_name, a.role, a.created_at, a.disabled_at, a.erased_at FROM accounts a
            WHERE \(rooms == nil) OR a.id IN (
                SELECT m.account_id FROM memberships m JOIN rooms r ON r.id = m.room_id
                WHERE r.name = ANY (\(SQLArray(rooms ?? [])))
                UNION ALL
                SELECT b.account_id FROM bans b JOIN rooms r ON r.id = b.room_id
                WHERE r.name = ANY (\(SQLArray(rooms ?? [])))
            )
            ORDER BY a.handle COLLATE "C"
            """, page: Self.page, on: connection
        ) { row in
            try Self.account(row).write(to: &json)
            try Self.pass(&json, to: target)
            result.counts.accounts += 1
        }
    }

    private static func account(_ row: Row) throws -> AccountLine {
        AccountLine(
            handle: Handle(stored: try row.get("handle")),
            displayName: DisplayName(stored: try row.get("display_name")),
            role: Role(rawValue: try row.get("role")) ?? .member, createdAt: try row.get("created_at"),
            disabledAt: try row.optional("disabled_at"), erasedAt: try row.optional("erased_at"))
    }

    // MARK: - Rooms

    private struct FoundRoom {
        let id: Int64
        let head: Int64
        let line: RoomLine
    }

    /// In the order of their names. One that was deleted is none any more.
    private func roomLines() throws -> [FoundRoom] {
        let rows = try connection.run(
            """
            SELECT id, name, title, head, created_at, archived_at, retention_days FROM rooms
            WHERE deleted_at IS NULL AND (\(rooms == nil) OR name = ANY (\(SQLArray(rooms ?? []))))
            ORDER BY name COLLATE "C"
            """)
        let found = try rows.map { row in
            let id: Int64 = try row.get("id")
            let line = RoomLine(
                name: RoomName(stored: try row.get("name")), title: try row.get("title"),
                createdAt: try row.get("created_at"), archivedAt: try row.optional("archived_at"),
                retentionDays: try row.optional("retention_days"), bans: try bans(in: id))
            return FoundRoom(id: id, head: try row.get("head"), line: line)
        }
        let names = Set(found.map(\.line.name))
        if let missing = rooms?.first(where: { !names.contains($0) }) {
            throw TransferError("There is no room named \(missing).")
        }
        return found
    }

    private func bans(in room: Int64) throws -> [RoomLine.Ban] {
        try connection.run(
            """
            SELECT a.handle, b.banned_at FROM bans b JOIN accounts a ON a.id = b.account_id WHERE b.room_id = \(room)
            ORDER BY a.handle COLLATE "C"
            """
        ).map { RoomLine.Ban(handle: Handle(stored: try $0.get("handle")), at: try $0.get("banned_at")) }
    }

    private func write(
        _ room: FoundRoom, to target: any ExportTarget, total: Int, _ result: inout Result
    ) throws {
        try target.begin(.room(room.line.name))
        var json = JSONWriter()
        room.line.write(to: &json)
        try Self.pass(&json, to: target)
        result.counts.rooms += 1
        var last: Int64 = 0
        var isWhole = true
        try SnapshotCursor.read(
            """
            DECLARE transfer NO SCROLL CURSOR FOR
            SELECT \(raw: LogRows.columns), \(raw: LogRows.membershipColumns)
            FROM events e WHERE e.room_id = \(room.id) ORDER BY e.seq
            """, page: Self.page, on: connection
        ) { row in
            let event = try LogRows.event(row, withMembership: true)
            isWhole = isWhole && event.seq == last + 1
            last = event.seq
            event.write(to: &json)
            try Self.pass(&json, to: target)
            result.counts.events += 1
            if result.counts.events % Self.page == 0 { progress(result.counts.events, total) }
        }
        if !isWhole || last != room.head { result.gaps.append(room.line.name) }
    }

    private static func pass(_ json: inout JSONWriter, to target: any ExportTarget) throws {
        try target.write(json.bytes)
        json.bytes.removeAll(keepingCapacity: true)
        json.beginText()
    }
}
