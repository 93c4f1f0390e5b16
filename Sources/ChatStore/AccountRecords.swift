package import ChatCore
package import Postgres

/// The SQL of those who administer accounts.
package enum AccountRecords {
    /// Accounts on one page.
    package static let pageLimit: Int64 = 200

    /// Makes an account for somebody else, who chooses a password with the link of `reset`.
    /// - Returns: when the link ends.
    /// - Throws: `handle_taken`, `not_allowed`.
    package static func create(
        _ handle: Handle, displayName: DisplayName, role: Role, reset: SecretToken, by administrator: Administrator,
        on connection: Connection
    ) throws -> Timestamp {
        try connection.transaction {
            let account = try insert(
                handle, displayName: displayName, role: role, passwordHash: nil, by: administrator, on: connection)
            return try PasswordResets.create(reset, for: account, by: administrator, on: connection)
        }
    }

    /// Makes an account for somebody else, with a password that both know.
    /// - Throws: `handle_taken`, `not_allowed`.
    package static func create(
        _ handle: Handle, displayName: DisplayName, role: Role, passwordHash: String?, by administrator: Administrator,
        on connection: Connection
    ) throws {
        try connection.transaction {
            _ = try insert(
                handle, displayName: displayName, role: role, passwordHash: passwordHash, by: administrator,
                on: connection)
        }
    }

    private static func insert(
        _ handle: Handle, displayName: DisplayName, role: Role, passwordHash: String?, by administrator: Administrator,
        on connection: Connection
    ) throws -> AccountID {
        guard administrator.role.outranks(role) else { throw ChatError.onlyAnOwner }
        let account = try Accounts.create(
            handle, displayName: displayName, passwordHash: passwordHash, role: role, on: connection)
        try Audit.write(AuditEntry(.accountCreated, account, by: administrator), on: connection)
        return account
    }

    /// A page of accounts in the order of their handles.
    /// - Parameters:
    ///   - after: only handles after this one.
    ///   - limit: 1…``pageLimit``.
    package static func list(
        after: Handle? = nil, limit: Int64 = pageLimit, on connection: Connection
    ) throws -> [AccountRecord] {
        try connection.run(
            """
            SELECT \(raw: columns) FROM accounts a
            WHERE a.handle > \(after?.description ?? "") ORDER BY a.handle LIMIT \(min(max(limit, 1), pageLimit))
            """
        ).map(record)
    }

    /// - Throws: `account_not_found`.
    package static func find(_ handle: Handle, on connection: Connection) throws -> AccountRecord {
        let rows = try connection.run(
            "SELECT \(raw: columns) FROM accounts a WHERE a.handle = \(handle.description)")
        guard let row = rows.first else { throw ChatError.accountNotFound }
        return try record(row)
    }

    /// Locks the account's row, so that of what is done at the same time one comes after the other.
    /// - Throws: `account_not_found`, `not_allowed`.
    static func find(
        _ handle: Handle, forChangeBy administrator: Administrator, on connection: Connection
    ) throws -> AccountRecord {
        try connection.run("SELECT id FROM accounts WHERE handle = \(handle.description) FOR NO KEY UPDATE")
        let record = try find(handle, on: connection)
        guard !record.isErased else {
            throw ChatError(.notAllowed, "\(handle) has been erased; nothing of it can be changed or come back.")
        }
        try administrator.mayChange(record.account.id, of: record.role)
        return record
    }

    /// Makes an account another kind of account, and ends its sessions: what they may do has changed.
    /// - Parameter role: owner, admin or member.
    /// - Returns: the sessions that were ended; none if it has the role already.
    /// - Throws: `account_not_found`, `not_allowed`.
    package static func change(
        _ handle: Handle, to role: Role, by administrator: Administrator, on connection: Connection
    ) throws -> [SessionID] {
        try connection.transaction {
            let record = try find(handle, forChangeBy: administrator, on: connection)
            guard administrator.role.outranks(role) else { throw ChatError.onlyAnOwner }
            guard record.role != .bot, record.role != .guest else {
                throw ChatError(.notAllowed, "\(handle) is a \(record.role.rawValue), which cannot be changed.")
            }
            guard record.role != role else { return [] }
            let account = record.account.id
            try connection.run("UPDATE accounts SET role = \(role.rawValue) WHERE id = \(account)")
            // Whoever made a link for a lower rank would have the higher one with it.
            try PasswordResets.void(of: account, on: connection)
            let detail = "from \(record.role.rawValue) to \(role.rawValue)"
            try Audit.write(AuditEntry(.roleChanged, account, by: administrator, detail: detail), on: connection)
            return try Sessions.endAll(of: account, on: connection)
        }
    }

    /// Shuts an account out, or lets it in again. What it has written stays.
    /// - Returns: the sessions that were ended.
    /// - Throws: `account_not_found`, `not_allowed`.
    package static func setDisabled(
        _ isDisabled: Bool, _ handle: Handle, by administrator: Administrator, on connection: Connection
    ) throws -> [SessionID] {
        try connection.transaction {
            let record = try find(handle, forChangeBy: administrator, on: connection)
            guard record.isDisabled != isDisabled else { return [] }
            let account = record.account.id
            try connection.run(
                "UPDATE accounts SET disabled_at = CASE WHEN \(isDisabled) THEN now() END WHERE id = \(account)")
            let act: AuditEntry.Act = isDisabled ? .accountDisabled : .accountEnabled
            try Audit.write(AuditEntry(act, account, by: administrator), on: connection)
            return isDisabled ? try shutOut(account, on: connection) : []
        }
    }

    /// Ends all sessions of an account.
    /// - Returns: those that were ended.
    /// - Throws: `account_not_found`, `not_allowed`.
    package static func signOut(
        _ handle: Handle, by administrator: Administrator, on connection: Connection
    ) throws -> [SessionID] {
        try connection.transaction {
            let account = try find(handle, forChangeBy: administrator, on: connection).account.id
            try Audit.write(AuditEntry(.signedOut, account, by: administrator), on: connection)
            return try shutOut(account, on: connection)
        }
    }

    /// Whoever has a link, a device that is known or a session has nothing any more.
    private static func shutOut(_ account: AccountID, on connection: Connection) throws -> [SessionID] {
        try PasswordResets.void(of: account, on: connection)
        try Devices.forget(of: account, on: connection)
        return try Sessions.endAll(of: account, on: connection)
    }

    /// Makes an account the owner of a server that has none.
    package static func makeFirstOwner(_ handle: Handle, on connection: Connection) throws {
        let hasOwner = try connection.run("SELECT id FROM accounts WHERE role = 'owner' LIMIT 1").first != nil
        if !hasOwner { _ = try change(handle, to: .owner, by: .commandLine, on: connection) }
    }

    private static let columns = """
        a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name, a.role,
            a.disabled_at IS NOT NULL AS is_disabled, a.erased_at IS NOT NULL AS is_erased,
            a.password_hash IS NOT NULL AS has_password, a.created_at,
            EXISTS (
                SELECT FROM second_factors f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL
            ) AS has_second_factor,
            (SELECT max(s.last_seen_at) FROM sessions s WHERE s.account_id = a.id) AS last_seen_at
        """

    private static func record(_ row: Row) throws -> AccountRecord {
        AccountRecord(
            account: try row.account(), role: try row.role(), isDisabled: try row.get("is_disabled"),
            isErased: try row.get("is_erased"), hasPassword: try row.get("has_password"),
            hasSecondFactor: try row.get("has_second_factor"),
            createdAt: try row.get("created_at"), lastSeenAt: try row.optional("last_seen_at"))
    }
}

extension ChatError {
    /// `account_not_found`: nobody has the handle.
    package static var accountNotFound: ChatError {
        ChatError(.accountNotFound, "There is no account with this handle.", field: "handle")
    }

    fileprivate static var onlyAnOwner: ChatError {
        ChatError(.notAllowed, "Only an owner makes owners and administrators.")
    }
}
