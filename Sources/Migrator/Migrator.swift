package import Postgres

/// Brings a database to the newest version, or back.
///
/// Each file is applied in one transaction together with its record, under an advisory lock that ends with that
/// transaction: a failed file changes nothing, several processes may start at once, and nothing can be left locked.
package struct Migrator: Sendable {
    let files: [Migration]
    let patience: LockPatience
    /// Told what a person should know while it takes long, one sentence each.
    let notice: @Sendable (String) -> Void

    /// - Parameters:
    ///   - files: names and texts of `NNNN_name.sql`.
    ///   - notice: told what a person should know while it takes long.
    /// - Throws: ``MigrationError`` if a file is not as ``Migration`` describes.
    package init(
        files: [(name: String, text: String)], patience: LockPatience = .init(),
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(MigrationError) {
        var migrations: [Migration] = []
        for file in files { migrations.append(try Migration(file: file.name, text: file.text)) }
        self.files = migrations.sorted { ($0.version, $0.file) < ($1.version, $1.file) }
        self.patience = patience
        self.notice = notice
    }

    /// What is applied and what is not; changes nothing.
    /// - Throws: ``MigrationError`` if files and database do not fit; `PostgresError`.
    package func status(on connection: Connection) throws -> MigrationPlan {
        try MigrationPlan(files: files, applied: applied(on: connection))
    }

    /// The rows of the table; with their texts if they have to be compared.
    func applied(on connection: Connection, withTexts: Bool = false) throws -> [AppliedMigration] {
        let table = MigrationTable(connection: connection)
        let state = try table.state()
        let rows = try table.rows(state, withTexts: withTexts)
        guard !withTexts else { return rows }
        let known = Set(files.map(\.checksum))
        return rows.allSatisfy { known.contains($0.checksum) } ? rows : try table.rows(state, withTexts: true)
    }

    /// The file of a version, if there is one and no other of that number.
    func file(_ version: Int) -> Migration? {
        let found = files.filter { $0.version == version }
        return found.count == 1 ? found.first : nil
    }

    /// Makes the table as it has to be, in a transaction of its own: whoever reads it does not wait for a long file.
    func prepareTable(on connection: Connection) throws {
        let table = MigrationTable(connection: connection)
        if try table.state().keepsSchemas { return }
        try holdingLock(on: connection) { try table.prepare() }
    }

    func holdingLock<T>(on connection: Connection, _ body: () throws -> T) throws -> T {
        try AdvisoryLock.holding(
            on: connection, onWait: { notice("Another process changes this database; it is waited for.") }, body)
    }

    /// Runs a section with the lock held, and lets `record` write what is to be remembered, all or nothing.
    func run(_ file: SQLFile, on connection: Connection, record: (SchemaSnapshot) throws -> Void) throws {
        let schema = try MigrationTable(connection: connection).state().schema
        let run = SectionRun(connection: connection, schema: schema, patience: patience)
        try record(run.run(file))
    }

    /// The same for a statement that runs in no transaction: on a connection of its own, while ours holds the lock.
    func runAlone(_ file: SQLFile, on connection: Connection, record: (SchemaSnapshot) throws -> Void) throws {
        let statement = try LoneStatement(file)
        let schema = try MigrationTable(connection: connection).state().schema
        // The last answer's portal is open until another takes its place, and with it a snapshot, for which CREATE INDEX
        // CONCURRENTLY would wait as long as we wait for it. This one needs no snapshot.
        try connection.execute(script: "SET LOCAL lock_timeout = 0")
        try statement.run(on: connection.anotherPatient(), notice: notice)
        try record(SchemaCatalog(connection: connection, schema: schema).snapshot())
    }
}
