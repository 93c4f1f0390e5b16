package import Postgres

/// What would change in the record of a version.
package struct Repair: Sendable {
    /// As it is recorded.
    package let row: AppliedMigration
    /// What would be recorded in its place.
    package let file: Migration
    /// From the recorded text to the file's.
    package let change: TextChange
    /// What of the schema would be accepted too: only with the newest version, because only its schema is there.
    package let drift: [SchemaSnapshot.Difference]
    /// Whether the schema after it was never recorded, and would be now.
    package let recordsSchema: Bool

    /// Whether ``Migrator/accept(_:on:)`` would change anything.
    package var isNeeded: Bool { change != .none || !drift.isEmpty || recordsSchema }

    /// What was applied and what the file says, as a diff; empty if they are equal.
    package var diff: String {
        let (old, new) = (row.stored?.text ?? row.stored?.up ?? "", row.stored?.text == nil ? file.up.sql : file.text)
        return LineDiff(old, new).unified(old: "applied \(row.appliedAt)", new: file.file)
    }
}

/// Changes of records without a change of the schema.
extension Migrator {
    /// Records versions as applied without running them.
    /// - Returns: the files.
    /// - Throws: ``MigrationError`` if there is a record already, or no such version; `PostgresError`.
    package func baseline(_ version: Int, on connection: Connection) throws -> [Migration] {
        let chosen = try baselineFiles(version, on: connection)
        try prepareTable(on: connection)
        try holdingLock(on: connection) {
            _ = try baselineFiles(version, on: connection)
            let schema = try MigrationTable(connection: connection).state().schema
            let snapshot = try SchemaCatalog(connection: connection, schema: schema).snapshot()
            for file in chosen {
                try insert(file, file.version == version ? snapshot : nil, on: connection)
            }
        }
        return chosen
    }

    /// What ``baseline(_:on:)`` would record; changes nothing.
    package func baselineFiles(_ version: Int, on connection: Connection) throws -> [Migration] {
        let plan = try status(on: connection)
        guard plan.applied.isEmpty else { throw MigrationError.notEmpty(applied: plan.applied.count) }
        let newest = files.last?.version ?? 0
        guard files.contains(where: { $0.version == version }) else {
            throw MigrationError.unknownVersion(version, newest: newest)
        }
        return plan.pending.filter { $0.version <= version }
    }

    /// What ``accept(_:on:)`` would change; changes nothing.
    /// - Throws: ``MigrationError`` if the version is not applied or has no file; `PostgresError`.
    package func repair(_ version: Int, on connection: Connection) throws -> Repair {
        let table = MigrationTable(connection: connection)
        let state = try table.state()
        let rows = try table.rows(state, withTexts: true)
        guard let row = rows.first(where: { $0.version == version }) else { throw MigrationError.notApplied(version) }
        guard let file = file(version) else {
            throw MigrationError.appliedFileMissing(version: version, name: row.name)
        }
        let isNewest = row.version == rows.last?.version
        let recorded = isNewest ? try table.newestSnapshot(state) : nil
        let live = isNewest ? try snapshot(on: connection) : nil
        return Repair(
            row: row, file: file, change: TextChange(from: row, to: file),
            drift: recorded.flatMap { live?.differences(from: $0) } ?? [],
            recordsSchema: isNewest && recorded == nil)
    }

    /// Takes the file's text over as what was applied and, with the newest version, the schema as what it has made.
    /// - Throws: ``MigrationError/changedMeanwhile(expected:found:)`` if the record is another one by now; `PostgresError`.
    package func accept(_ repair: Repair, on connection: Connection) throws {
        try prepareTable(on: connection)
        try holdingLock(on: connection) {
            let table = MigrationTable(connection: connection)
            let state = try table.state()
            let rows = try table.rows(state)
            let (row, head) = (repair.row, rows.last?.version ?? 0)
            guard rows.contains(where: { $0.version == row.version && $0.checksum == row.checksum }) else {
                throw MigrationError.changedMeanwhile(expected: row.version, found: head)
            }
            let takesSchema = head == row.version && (!repair.drift.isEmpty || repair.recordsSchema)
            let catalog = SchemaCatalog(connection: connection, schema: state.schema)
            try table.update(.init(migration: repair.file, snapshot: takesSchema ? catalog.snapshot() : nil))
        }
    }
}
