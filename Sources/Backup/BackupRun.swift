import Foundation
package import Postgres

/// Makes one backup: a folder with `pg_dump`'s file and a manifest of what is in it.
///
/// Tables are hashed and dumped in one snapshot, so that the manifest says what the dump holds even while people write.
package struct BackupRun {
    private let parameters: ConnectionParameters
    private let path: String
    private let product: Product
    private let observer: Observer

    /// - Parameters:
    ///   - url: the database.
    ///   - path: see `BackupPlace`.
    /// - Throws: ``BackupError`` if the URL cannot be handed on.
    package init(url: String, to path: String, product: Product, observer: Observer) throws(BackupError) {
        self.parameters = try ConnectionParameters(forProgramsOf: url)
        self.path = path
        self.product = product
        self.observer = observer
    }

    /// - Parameter connection: to the same database; it is busy until the end.
    /// - Returns: the new backup.
    /// - Throws: ``BackupError``, `PostgresError`, `ClusterError`; then nothing is left.
    package func run(on connection: Connection) throws -> BackupFolder {
        try connection.execute(script: "SET lock_timeout = '10s'")
        let programs = try ClientPrograms.forDump(
            from: try connection.serverMajor(), among: ClientPrograms.installed())
        let facts = try DatabaseFacts(on: connection, product: product)
        let place = try BackupPlace(path, database: facts.database, time: facts.now)
        let folder = try UnfinishedFolder(in: place.parent)
        let manifest = try Snapshot.hold(on: connection, observer: observer) { snapshot in
            try dump(snapshot, with: programs, into: folder, on: connection)
        }
        let file = try folder.makeFile(Manifest.fileName)
        try manifest.encoded().withUnsafeBytes { bytes in try file.write(bytes) }
        try file.sync()
        try folder.finish(as: place.path)
        return try BackupFolder(place.path)
    }

    private func dump(
        _ snapshot: Snapshot, with programs: ClientPrograms, into folder: UnfinishedFolder, on connection: Connection
    ) throws -> Manifest {
        let facts = try DatabaseFacts(on: connection, product: product)
        let file = try folder.makeFile(Manifest.dumpName)
        // At once, and not after hashing: it locks the tables for itself, and would wait behind a migration that waits for us.
        let tool = try Tool(
            programs.pgDump,
            [
                "--format=custom", "--no-password", "--no-blobs", "--snapshot=\(snapshot.identifier)",
                "--lock-wait-timeout=\(Int(Snapshot.patience / .milliseconds(1)))", "--dbname=\(parameters.argument)",
            ],
            environment: parameters.environment, input: .nothing)
        let content = try ContentScan(reader: connection, stage: .hashing, observer: observer).run()
        var progress = DumpProgress(tables: snapshot.tables, content: content)
        let knowsProgress = try connection.serverMajor() >= 14
        let dump = try DumpWriter(file: file, observer: observer).write(from: tool) {
            guard knowsProgress, let (done, total) = try progress.read(on: connection) else { return }
            observer.progress(.dumping, done, total)
        }
        return Manifest(
            facts: facts, product: product, pgDumpVersion: programs.version, dump: dump, content: content)
    }
}

extension ConnectionParameters {
    /// - Throws: ``BackupError`` if PostgreSQL's programs cannot be given this URL.
    init(forProgramsOf url: String) throws(BackupError) {
        guard let parameters = ConnectionParameters(url: url) else { throw .badURL }
        if let keyword = parameters.withoutVariable.first { throw .secretWithoutVariable(keyword: keyword) }
        self = parameters
    }
}
