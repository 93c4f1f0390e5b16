package import ChatCore
package import Postgres

/// The SQL of erasing an account: what it said and what is known of it is gone, its numbers stay.
///
/// It is done in steps, each of them short, and each of them again if something interrupts it: the account can do nothing any
/// more; it leaves its rooms; its messages lose their content; and last its name goes, under which the operator knows it.
package enum Erasure {
    /// What is gone, or would be.
    package struct Report: Sendable, Equatable {
        /// What the account is called afterwards.
        package fileprivate(set) var becomes: Handle
        /// Rooms with messages of the account whose content is gone, by name.
        package fileprivate(set) var messages: [Removed] = []
        /// Rooms that it left.
        package fileprivate(set) var memberships: Int64 = 0
        package fileprivate(set) var bans: Int64 = 0
        /// Sessions, ended ones too, of which nobody can tell any more where they were.
        package fileprivate(set) var sessions: Int64 = 0
        package fileprivate(set) var devices: Int64 = 0
        /// Authenticator apps: one or none.
        package fileprivate(set) var secondFactors: Int64 = 0
        package fileprivate(set) var recoveryCodes: Int64 = 0
        package fileprivate(set) var resetLinks: Int64 = 0
        /// Lines of the audit log that lost their address. The lines stay.
        package fileprivate(set) var auditAddresses: Int64 = 0
    }

    /// What erasing an account would remove; changes nothing.
    /// - Throws: `account_not_found`, `not_allowed`.
    package static func measure(
        _ handle: Handle, by administrator: Administrator, on connection: Connection
    ) throws -> Report {
        let account = try find(handle, by: administrator, on: connection)
        var report = Report(becomes: try newHandle(of: account, on: connection))
        report.messages = try ErasedMessages.measure(of: account, on: connection)
        let rows = try connection.run(
            """
            SELECT (SELECT count(*) FROM memberships WHERE account_id = \(account) AND left_seq IS NULL) AS memberships,
                (SELECT count(*) FROM bans WHERE account_id = \(account)) AS bans,
                (SELECT count(*) FROM sessions WHERE account_id = \(account) AND \(raw: isTelling)) AS sessions,
                (SELECT count(*) FROM devices WHERE account_id = \(account)) AS devices,
                (SELECT count(*) FROM second_factors WHERE account_id = \(account)) AS second_factors,
                (SELECT count(*) FROM recovery_codes WHERE account_id = \(account)) AS recovery_codes,
                (SELECT count(*) FROM password_resets WHERE account_id = \(account)) AS reset_links,
                (SELECT count(*) FROM audit WHERE address IS NOT NULL AND actor_id = \(account))
                    + (SELECT count(*) FROM audit
                        WHERE address IS NOT NULL AND account_id = \(account) AND actor_id IS NULL) AS audit_addresses
            """)
        guard let row = rows.first else { return report }
        report.memberships = try row.get("memberships")
        report.bans = try row.get("bans")
        report.sessions = try row.get("sessions")
        report.devices = try row.get("devices")
        report.secondFactors = try row.get("second_factors")
        report.recoveryCodes = try row.get("recovery_codes")
        report.resetLinks = try row.get("reset_links")
        report.auditAddresses = try row.get("audit_addresses")
        return report
    }

    /// Erases an account.
    /// - Parameter progress: told how many messages are gone.
    /// - Throws: `account_not_found`, `not_allowed`.
    package static func run(
        _ handle: Handle, by administrator: Administrator, on connection: Connection,
        progress: (Int64) -> Void = { _ in }
    ) throws -> Report {
        let (account, resetLinks) = try shut(handle, by: administrator, on: connection)
        var report = Report(becomes: try newHandle(of: account, on: connection))
        report.resetLinks = resetLinks
        report.memberships = try leaveAllRooms(account, on: connection)
        report.messages = try ErasedMessages.remove(of: account, on: connection, progress)
        // What a deletion has left that was interrupted belongs to no room any more, and goes as a whole.
        try RoomDeletion.sweep(on: connection)
        try forget(account, &report, on: connection)
        return report
    }

    /// Finds it also if an erasure was interrupted, or is over.
    private static func find(
        _ handle: Handle, by administrator: Administrator, on connection: Connection
    ) throws -> AccountID {
        let record = try AccountRecords.find(handle, on: connection)
        try administrator.mayChange(record.account.id, of: record.role)
        return record.account.id
    }

    /// From now on nobody acts as the account. Its lock waits for those who are just joining a room.
    private static func shut(
        _ handle: Handle, by administrator: Administrator, on connection: Connection
    ) throws -> (account: AccountID, resetLinks: Int64) {
        try connection.transaction {
            try connection.run("SELECT id FROM accounts WHERE handle = \(handle.description) FOR UPDATE")
            let account = try find(handle, by: administrator, on: connection)
            let rows = try connection.run(
                """
                UPDATE accounts SET erased_at = now(), disabled_at = coalesce(disabled_at, now()), password_hash = NULL,
                    role = CASE WHEN role = 'bot' THEN 'bot' ELSE 'member' END
                WHERE id = \(account) AND erased_at IS NULL RETURNING id
                """)
            _ = try Sessions.endAll(of: account, on: connection)
            let links = try connection.run("DELETE FROM password_resets WHERE account_id = \(account)")
            if rows.first != nil {
                try Audit.write(AuditEntry(.accountErased, account, by: administrator), on: connection)
            }
            return (account, Int64(links.affected))
        }
    }

    private static func leaveAllRooms(_ account: AccountID, on connection: Connection) throws -> Int64 {
        let rooms = try connection.run(
            """
            SELECT r.name FROM memberships m JOIN rooms r ON r.id = m.room_id
            WHERE m.account_id = \(account) AND m.left_seq IS NULL ORDER BY r.name
            """
        ).map { RoomName(stored: try $0.get("name")) }
        var count: Int64 = 0
        for room in rooms {
            switch try LogAppend.leave(room, account, on: connection) {
            case .success: count += 1
            case .failure(let error) where error.code == .notAMember || error.code == .roomNotFound: break
            case .failure(let error): throw error
            }
        }
        return count
    }

    private static func forget(
        _ account: AccountID, _ report: inout Report, on connection: Connection
    ) throws {
        let new = report.becomes
        let counts = try connection.transaction {
            let counts = try connection.pipeline([
                "DELETE FROM bans WHERE account_id = \(account)",
                "UPDATE sessions SET device = '', address = NULL WHERE account_id = \(account) AND \(raw: isTelling)",
                "DELETE FROM devices WHERE account_id = \(account)",
                "DELETE FROM recovery_codes WHERE account_id = \(account)",
                "DELETE FROM second_factors WHERE account_id = \(account)",
                // Two statements, each of which has an index.
                "UPDATE audit SET address = NULL WHERE address IS NOT NULL AND actor_id = \(account)",
                """
                UPDATE audit SET address = NULL
                WHERE address IS NOT NULL AND account_id = \(account) AND actor_id IS NULL
                """,
                "UPDATE memberships SET read_seq = NULL WHERE account_id = \(account) AND read_seq IS NOT NULL",
                """
                UPDATE accounts SET handle = \(new.description), display_name = \(DisplayName.erased.description),
                    invitation_id = NULL
                WHERE id = \(account)
                """,
            ]).map { Int64($0.affected) }
            // Servers keep names with the events.
            try LogRevision.rise(on: connection)
            return counts
        }
        guard counts.count >= 7 else { return }
        (report.bans, report.sessions, report.devices) = (counts[0], counts[1], counts[2])
        (report.recoveryCodes, report.secondFactors) = (counts[3], counts[4])
        report.auditAddresses = counts[5] + counts[6]
    }

    /// A session that says where somebody was.
    private static let isTelling = "(device <> '' OR address IS NOT NULL)"

    /// The same one however often it is asked for.
    private static func newHandle(of account: AccountID, on connection: Connection) throws -> Handle {
        // Somebody may have taken such a handle before they were for erased accounts.
        for attempt in 1...100 {
            let handle = Handle.erased(account, attempt: attempt)
            let taken = try connection.run(
                "SELECT id FROM accounts WHERE handle = \(handle.description) AND id <> \(account)")
            if taken.first == nil { return handle }
        }
        return Handle.guest()
    }
}
