package import Postgres

/// Puts a backup into a database, in one transaction, and gives the database a new identity, so that clients begin anew
/// instead of going on from positions that it has never had.
package struct RestoreRun {
    private let backup: BackupFolder
    private let dump: OpenFile
    private let parameters: ConnectionParameters
    private let product: Product
    private let observer: Observer

    /// What has come of it.
    package struct Outcome: Sendable, Equatable {
        /// The database's name.
        package let database: String
        package let content: Content
        /// The identity that clients are told now.
        package let epoch: String
    }

    /// Reads all of the backup, before anything is asked or changed.
    /// - Parameter url: the database to restore into.
    /// - Throws: ``BackupError`` if the backup is for a newer program, is not as it was made, or the URL cannot be handed on.
    package init(
        _ backup: BackupFolder, url: String, product: Product, observer: Observer
    ) throws(BackupError) {
        try backup.checkVersion(for: product)
        try backup.checkManifest()
        self.backup = backup
        self.parameters = try ConnectionParameters(forProgramsOf: url)
        self.product = product
        self.observer = observer
        dump = try backup.openDump(observer: observer)
    }

    /// The URL of a database that every server has, to make another one from there.
    package var serverURL: String { parameters.with(database: "postgres").url }

    /// Into the database that is connected to.
    /// - Parameter isReplacing: whether all that is in it is removed; otherwise it has to be empty.
    /// - Throws: ``BackupError``, `PostgresError`, `ClusterError`; then nothing was changed, unless the error says so.
    package func run(on connection: Connection, isReplacing: Bool) throws -> Outcome {
        let objects = try DatabaseObjects.count(on: connection)
        guard isReplacing || objects == 0 else {
            throw BackupError.notEmpty(database: connection.database, objects: objects)
        }
        let former = try? product.epoch(connection)
        return try load(isReplacing: isReplacing, former: former, on: connection)
    }

    /// Into a database that is made for it, and goes again if that fails.
    /// - Parameter connection: see ``serverURL``.
    /// - Throws: as ``run(on:isReplacing:)``.
    package func runCreating(over connection: Connection) throws -> Outcome {
        let database = try NewDatabase(parameters, over: connection)
        do {
            let connection = try Connection(url: database.parameters.url, settings: .patient)
            return try load(isReplacing: false, former: nil, on: connection)
        } catch {
            // What went wrong first is what a person has to know.
            _ = database.drop()
            throw error
        }
    }

    private func load(isReplacing: Bool, former: String?, on connection: Connection) throws -> Outcome {
        let programs = try ClientPrograms.forRestore(
            of: ClientPrograms.major(of: backup.manifest.pgDumpVersion) ?? 0, into: try connection.serverMajor(),
            among: ClientPrograms.installed())
        let restoration = Restoration(
            backup: backup, dump: dump, programs: programs, parameters: parameters,
            observer: observer, isReplacing: isReplacing)
        let schema = "\"" + backup.manifest.schema.replacing("\"", with: "\"\"") + "\""
        try restoration.run { session, content in
            let comparison = Comparison(expected: backup.manifest.content, found: content)
            guard comparison.isEqual else { throw BackupError.contentDiffers(tables: comparison.differing) }
            try session.say("UPDATE \(schema).server SET epoch = pg_catalog.gen_random_uuid();")
        }
        // The planner knows nothing of the new tables yet; without this it would take a minute until it does.
        try? connection.execute(script: "ANALYZE")
        let epoch = try product.epoch(connection)
        guard epoch != backup.manifest.epoch, epoch != former else { throw BackupError.epochStayed }
        return Outcome(database: connection.database, content: backup.manifest.content, epoch: epoch)
    }
}
