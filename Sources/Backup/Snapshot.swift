import Postgres

/// One moment of a database, held by a transaction: what is read in it and what `pg_dump` reads is the same.
struct Snapshot {
    /// For `pg_dump --snapshot`.
    let identifier: String
    let tables: [Table]

    /// How long others may keep a table from being read. An upgrade takes less, or is better waited for by a person.
    static let patience = Duration.seconds(60)

    /// Why a transaction is of no use, but the next one may be.
    private enum Unusable: Error {
        /// A table went away, or another one came, before all of them were held.
        case moved
        /// Somebody else holds one for more than a second.
        case busy
    }

    /// - Parameter body: runs within the transaction, which must read only.
    /// - Throws: ``BackupError``, `PostgresError`, or what `body` throws.
    static func hold<T>(
        on connection: Connection, observer: Observer, _ body: (Snapshot) throws -> T
    ) throws -> T {
        let deadline = ContinuousClock.now + patience
        while true {
            try observer.check()
            do {
                return try attempt(on: connection, body)
            } catch let reason as Unusable {
                guard ContinuousClock.now < deadline else {
                    throw reason == .moved ? BackupError.schemaMoves : BackupError.locked
                }
            }
        }
    }

    /// The tables are locked before the transaction sees anything: one that is rewritten after the moment that it sees, as
    /// a migration may do, would seem to be empty.
    private static func attempt<T>(on connection: Connection, _ body: (Snapshot) throws -> T) throws -> T {
        let before = try Table.all(connection, sizes: false)
        return try connection.transaction {
            try connection.execute(
                script: """
                    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
                    SET LOCAL lock_timeout = '1s';
                    SET LOCAL statement_timeout = 0;
                    SET LOCAL idle_in_transaction_session_timeout = 0
                    """)
            try lock(before, on: connection)
            // PostgreSQL 17 has a limit for all of it.
            _ = try connection.answers(
                to: """
                    SELECT set_config(name, '0', true) AS answer FROM pg_settings WHERE name = 'transaction_timeout'
                    """)
            let tables = try Table.all(connection, sizes: false)
            guard tables.map(\.oid) == before.map(\.oid) else { throw Unusable.moved }
            let identifiers = try connection.answers(to: "SELECT pg_export_snapshot() AS answer")
            return try body(Snapshot(identifier: identifiers.first ?? "", tables: tables))
        }
    }

    private static func lock(_ tables: [Table], on connection: Connection) throws {
        guard !tables.isEmpty else { return }
        do {
            let names = tables.map(\.sql).joined(separator: ", ")
            try connection.execute(script: "LOCK TABLE \(names) IN ACCESS SHARE MODE")
        } catch {
            switch error.sqlState {
            case "42P01": throw Unusable.moved
            case "55P03": throw Unusable.busy
            default: throw error
            }
        }
    }
}
