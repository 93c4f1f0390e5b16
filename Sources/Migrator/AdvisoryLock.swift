import Glibc
import Postgres

/// One lock for all that changes the schema or loads seeds, held until the end of the transaction.
///
/// Nobody waits for it inside of a transaction. Whoever waited there would keep a snapshot, and CREATE INDEX CONCURRENTLY,
/// which runs while its process holds the lock, waits for snapshots: each would wait for the other. Behind a pooler the
/// waiting ones would also keep the connections that the holder needs.
enum AdvisoryLock {
    /// "denwa" in ASCII; any number that nobody else uses would do.
    private static let key: Int64 = 0x64_656E_7761

    /// Milliseconds between two tries.
    private static let pauses = 20...250

    /// Limits that a role or a database may have, and that would end a long statement. The isolation too may be stricter by
    /// default, and would then show the state from before the lock was had. When this program ends, the server is to notice
    /// it while a statement runs, and not at its end; PostgreSQL 14 learned that.
    private static let patience = """
        SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
        SET LOCAL lock_timeout = 0;
        SET LOCAL statement_timeout = 0;
        SET LOCAL idle_in_transaction_session_timeout = 0;
        SELECT set_config('client_connection_check_interval', '1000', true)
        WHERE current_setting('server_version_num')::int >= 140000
        """

    /// Runs `body` in a transaction with the lock, as soon as nobody else has it. What is read there is what the others
    /// have committed.
    /// - Parameter onWait: called once if somebody else has it.
    static func holding<T>(on connection: Connection, onWait: () -> Void = {}, _ body: () throws -> T) throws -> T {
        var pause = pauses.lowerBound
        while true {
            var value: T?
            try connection.transaction {
                if try take(on: connection) { value = try body() }
            }
            if let value { return value }
            if pause == pauses.lowerBound { onWait() }
            poll(nil, 0, Int32(pause))
            pause = min(pauses.upperBound, pause * 2)
        }
    }

    private static func take(on connection: Connection) throws -> Bool {
        try connection.execute(script: patience)
        return try connection.run("SELECT pg_try_advisory_xact_lock(\(key)) AS taken").first?.get("taken") ?? false
    }
}
