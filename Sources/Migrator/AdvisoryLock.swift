import Postgres

/// One lock for all that changes the schema or loads seeds, held until the end of the transaction.
enum AdvisoryLock {
    /// "denwa" in ASCII; any number that nobody else uses would do.
    private static let key: Int64 = 0x64_656E_7761

    /// Waits for other holders. What is read afterwards is what they have committed.
    static func take(on connection: Connection) throws {
        // The database's default may be stricter, and would then show the state from before the wait.
        try connection.execute(script: "SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        try connection.run("SELECT pg_advisory_xact_lock(\(key)) IS NULL AS taken")
    }
}
