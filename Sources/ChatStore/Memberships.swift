package import ChatCore
package import Postgres

/// The SQL of those who administer who is in a room.
package enum Memberships {
    /// Members on one page.
    package static let pageLimit: Int64 = 200

    /// A page of a room's members in the order of their handles.
    /// - Parameters:
    ///   - after: only handles after this one.
    ///   - limit: 1…``pageLimit``.
    /// - Throws: `room_not_found`.
    package static func list(
        of room: RoomName, after: Handle? = nil, limit: Int64 = pageLimit, on connection: Connection
    ) throws -> [Member] {
        _ = try RoomRecords.find(room, on: connection)
        let rows = try connection.run(
            """
            SELECT a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name,
                m.role, m.joined_seq
            FROM memberships m JOIN accounts a ON a.id = m.account_id
            WHERE m.room_id = (SELECT id FROM rooms WHERE name = \(room)) AND m.left_seq IS NULL
                AND a.handle > \(after?.description ?? "")
            ORDER BY a.handle LIMIT \(min(max(limit, 1), pageLimit))
            """)
        return try rows.map { row in
            Member(
                account: try row.account(), role: RoomRole(rawValue: try row.get("role")) ?? .member,
                joinedSeq: try row.get("joined_seq"))
        }
    }

    /// Ends somebody's membership, as if they had left.
    /// - Returns: the event of it.
    /// - Throws: `room_not_found`, `account_not_found`, `not_a_member`, `not_allowed`.
    @discardableResult
    package static func remove(
        _ handle: Handle, from room: RoomName, by administrator: Administrator, on connection: Connection
    ) throws -> Receipt {
        try connection.transaction {
            let account = try find(handle, changedBy: administrator, on: connection)
            guard let receipt = try leave(room, account, on: connection) else {
                throw ChatError.notAMember(handle, of: room)
            }
            try Audit.write(AuditEntry(.memberRemoved, account, in: room, by: administrator), on: connection)
            return receipt
        }
    }

    /// Ends somebody's membership, if there is one, and lets them never join again.
    ///
    /// The room's lock, which ending a membership takes, makes every joining come before it, or be refused.
    /// - Returns: the event of leaving, if they were a member.
    /// - Throws: `room_not_found`, `account_not_found`, `not_allowed`.
    @discardableResult
    package static func ban(
        _ handle: Handle, from room: RoomName, by administrator: Administrator, on connection: Connection
    ) throws -> Receipt? {
        try connection.transaction {
            let account = try find(handle, changedBy: administrator, on: connection)
            let receipt = try leave(room, account, on: connection)
            let rows = try connection.run(
                """
                INSERT INTO bans (room_id, account_id) SELECT id, \(account) FROM rooms WHERE name = \(room)
                ON CONFLICT DO NOTHING RETURNING account_id
                """)
            if rows.first != nil {
                try Audit.write(AuditEntry(.memberBanned, account, in: room, by: administrator), on: connection)
            }
            return receipt
        }
    }

    /// Lets somebody join again who was banned.
    /// - Returns: whether there was a ban.
    /// - Throws: `room_not_found`, `account_not_found`, `not_allowed`.
    package static func unban(
        _ handle: Handle, from room: RoomName, by administrator: Administrator, on connection: Connection
    ) throws -> Bool {
        try connection.transaction {
            let account = try find(handle, changedBy: administrator, on: connection)
            _ = try RoomRecords.find(room, on: connection)
            let rows = try connection.run(
                """
                DELETE FROM bans WHERE room_id = (SELECT id FROM rooms WHERE name = \(room)) AND account_id = \(account)
                RETURNING account_id
                """)
            guard rows.first != nil else { return false }
            try Audit.write(AuditEntry(.memberUnbanned, account, in: room, by: administrator), on: connection)
            return true
        }
    }

    /// Who may not join a room, in the order of their handles.
    /// - Throws: `room_not_found`.
    package static func banned(
        from room: RoomName, on connection: Connection
    ) throws -> [(account: Account, at: Timestamp)] {
        _ = try RoomRecords.find(room, on: connection)
        return try connection.run(
            """
            SELECT a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name, b.banned_at
            FROM bans b JOIN accounts a ON a.id = b.account_id
            WHERE b.room_id = (SELECT id FROM rooms WHERE name = \(room)) ORDER BY a.handle
            """
        ).map { (try $0.account(), try $0.get("banned_at")) }
    }

    /// Makes a member something else in the room.
    /// - Throws: `room_not_found`, `account_not_found`, `not_a_member`, `not_allowed`.
    package static func change(
        _ handle: Handle, to role: RoomRole, in room: RoomName, by administrator: Administrator,
        on connection: Connection
    ) throws {
        try connection.transaction {
            let account = try find(handle, changedBy: administrator, on: connection)
            _ = try RoomRecords.find(room, on: connection)
            guard try set(role, of: account, in: room, on: connection) else {
                throw ChatError.notAMember(handle, of: room)
            }
            let detail = "to \(role.rawValue)"
            try Audit.write(
                AuditEntry(.memberRoleChanged, account, in: room, by: administrator, detail: detail), on: connection)
        }
    }

    /// In the caller's transaction, which says why.
    /// - Returns: whether the account is a member.
    @discardableResult
    static func set(
        _ role: RoomRole, of account: AccountID, in room: RoomName, on connection: Connection
    ) throws -> Bool {
        let rows = try connection.run(
            """
            UPDATE memberships SET role = \(role.rawValue)
            WHERE room_id = (SELECT id FROM rooms WHERE name = \(room)) AND account_id = \(account) AND left_seq IS NULL
            RETURNING account_id
            """)
        return rows.first != nil
    }

    /// Memberships that ended a moment ago, by whichever server or program, and were not begun anew.
    /// - Parameter silence: how long nobody has asked. An end is stamped before it is committed, so a question looks back 5 s further.
    package static func endedRecently(
        after silence: Duration = .zero, on connection: Connection
    ) throws -> [(room: RoomName, account: AccountID)] {
        try connection.run(
            """
            SELECT r.name, m.account_id FROM memberships m JOIN rooms r ON r.id = m.room_id
            WHERE m.left_at > now() - \(silence.components.seconds + 6) * interval '1 s' AND NOT EXISTS (
                SELECT FROM memberships n
                WHERE n.room_id = m.room_id AND n.account_id = m.account_id AND n.left_seq IS NULL
            )
            """
        ).map { (RoomName(stored: try $0.get("name")), try $0.get("account_id")) }
    }

    private static func find(
        _ handle: Handle, changedBy administrator: Administrator, on connection: Connection
    ) throws -> AccountID {
        let record = try AccountRecords.find(handle, on: connection)
        try administrator.mayChange(record.account.id, of: record.role)
        return record.account.id
    }

    /// - Returns: `nil` if the account is no member.
    private static func leave(
        _ room: RoomName, _ account: AccountID, on connection: Connection
    ) throws -> Receipt? {
        switch try LogAppend.leave(room, account, on: connection) {
        case .success(let receipt): return receipt
        case .failure(let error) where error.code == .notAMember: return nil
        case .failure(let error): throw error
        }
    }
}

extension ChatError {
    fileprivate static func notAMember(_ handle: Handle, of room: RoomName) -> ChatError {
        ChatError(.notAMember, "\(handle) is not a member of \(room).", field: "handle")
    }
}
