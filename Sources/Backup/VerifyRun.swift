import Glibc
package import Postgres

/// Restores a backup into a database that is made for it, looks at what came of it, and removes the database.
package struct VerifyRun {
    private let backup: BackupFolder
    private let dump: OpenFile
    private let observer: Observer

    /// The name of the database that exists meanwhile, for a person who finds it after a `kill -9`.
    package let database = "denwa_verify_" + String(UInt64.random(in: 0 ... .max), radix: 36)

    /// Reads all of the dump.
    /// - Throws: ``BackupError`` if it is not the one that was made.
    package init(_ backup: BackupFolder, observer: Observer) throws(BackupError) {
        self.backup = backup
        self.observer = observer
        dump = try backup.openDump(observer: observer)
    }

    /// - Parameters:
    ///   - url: any database of the server to try it on.
    ///   - connection: to that.
    /// - Throws: ``BackupError`` if the dump cannot be restored there, `PostgresError`, `ClusterError`.
    package func run(url: String, on connection: Connection) throws -> Comparison {
        let parameters = try ConnectionParameters(forProgramsOf: url).with(database: database)
        let programs = try ClientPrograms.forRestore(
            of: ClientPrograms.major(of: backup.manifest.pgDumpVersion) ?? 0, into: try connection.serverMajor(),
            among: ClientPrograms.installed())
        let new = try NewDatabase(parameters, over: connection)
        var found = Content(tables: [])
        do {
            try Restoration(
                backup: backup, dump: dump, programs: programs, parameters: parameters, observer: observer
            ).run { _, content in found = content }
        } catch {
            // What went wrong first is what a person has to know.
            _ = new.drop()
            throw error
        }
        if let reason = new.drop() {
            throw BackupError.programFailed(name: "DROP DATABASE \(database)", output: reason)
        }
        return Comparison(expected: backup.manifest.content, found: found)
    }
}
