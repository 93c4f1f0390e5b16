package import Postgres

/// Whether files, records and schema fit.
package struct Verification: Sendable {
    /// What must not be, in the order of the versions.
    package let problems: [MigrationError]
    /// What is wrong, though it stands in nobody's way.
    package let warnings: [MigrationWarning]
    /// Files above the newest version that is applied.
    package let pending: [Migration]
    /// All records by version, with the texts that they keep.
    package let applied: [AppliedMigration]
    /// What is in the schema otherwise than after the newest migration; `nil` if that was not recorded.
    package let drift: [SchemaSnapshot.Difference]?
    /// The server's version at that time, if it was another one.
    package let formerServer: String?

    /// Everything fits and nothing is pending.
    package var isClean: Bool {
        problems.isEmpty && warnings.isEmpty && pending.isEmpty && drift?.isEmpty == true
    }
}

extension Migrator {
    /// Looks at everything, also behind the first problem. Changes nothing.
    /// - Throws: `PostgresError`; ``MigrationError/noSchema``.
    package func verify(on connection: Connection) throws -> Verification {
        try connection.transaction {
            try connection.execute(script: "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            let table = MigrationTable(connection: connection)
            let state = try table.state()
            let rows = try table.rows(state, withTexts: true)
            let recorded = try table.newestSnapshot(state)
            let live = try SchemaCatalog(connection: connection, schema: state.schema).snapshot()
            let (problems, warnings) = MigrationPlan.problems(files: files, applied: rows)
            let head = rows.last?.version ?? 0
            return Verification(
                problems: problems, warnings: warnings, pending: files.filter { $0.version > head }, applied: rows,
                drift: rows.isEmpty ? [] : recorded.map { live.differences(from: $0) },
                formerServer: recorded.flatMap { $0.server == live.server ? nil : $0.server })
        }
    }

    /// The schema as it is now.
    /// - Throws: `PostgresError`; ``MigrationError/noSchema``.
    package func snapshot(on connection: Connection) throws -> SchemaSnapshot {
        try connection.transaction {
            let schema = try MigrationTable(connection: connection).state().schema
            return try SchemaCatalog(connection: connection, schema: schema).snapshot()
        }
    }
}

extension MigrationPlan {
    /// All that the initialiser would throw, one after the other.
    static func problems(
        files: [Migration], applied: [AppliedMigration]
    ) -> (problems: [MigrationError], warnings: [MigrationWarning]) {
        var problems: [MigrationError] = []
        var warnings: [MigrationWarning] = []
        do throws(MigrationError) { try checkNumbers(of: files) } catch { problems.append(error) }
        let newest = files.last?.version ?? 0
        let head = applied.last?.version ?? 0
        if head > newest { problems.append(.databaseNewer(database: head, binary: newest)) }
        for row in applied where row.version <= newest {
            let found = files.filter { $0.version == row.version }
            if found.isEmpty { problems.append(.appliedFileMissing(version: row.version, name: row.name)) }
            guard let file = found.first, found.count == 1 else { continue }
            switch TextChange(from: row, to: file) {
            case .none: break
            case .statements(let diff): problems.append(.checksumDiffers(file: file.file, diff: diff ?? ""))
            case let change: warnings.append(MigrationWarning(file: file.file, change: change))
            }
        }
        let done = Set(applied.map(\.version))
        for file in files where file.version < head && !done.contains(file.version) {
            problems.append(.outOfOrder(file: file.file, applied: head))
        }
        return (problems, warnings)
    }
}
