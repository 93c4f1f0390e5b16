import ChatCore
import ChatStore
import Postgres

/// Makes accounts that are not there yet. Who has a handle already keeps everything as it is.
enum AccountImport {
    /// Accounts of one statement.
    static let batch = 500

    /// They have no password: a link to choose one lets them in.
    /// - Returns: how many were made.
    static func insert(_ accounts: [AccountLine], on connection: Connection) throws -> Int {
        guard !accounts.isEmpty else { return 0 }
        let rows = try connection.run(
            """
            WITH made AS (
                INSERT INTO accounts (handle, display_name, role, created_at, disabled_at, erased_at)
                SELECT * FROM unnest(
                    \(SQLArray(accounts.map { $0.handle.description })),
                    \(SQLArray(accounts.map { $0.displayName.description })),
                    \(SQLArray(accounts.map { $0.role.rawValue })), \(SQLArray(accounts.map { SQLTime($0.createdAt) })),
                    \(SQLArray(accounts.map { $0.disabledAt.map(SQLTime.init) })),
                    \(SQLArray(accounts.map { $0.erasedAt.map(SQLTime.init) })))
                ON CONFLICT (handle) DO NOTHING
                RETURNING id
            ), noted AS (
                INSERT INTO audit (act, account_id) SELECT \(AuditEntry.Act.accountCreated.rawValue), id FROM made
            )
            SELECT count(*) AS count FROM made
            """)
        return Int(try rows.first?.get("count", as: Int64.self) ?? 0)
    }
}
