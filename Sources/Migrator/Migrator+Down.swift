package import Postgres

/// How far `down` goes.
package enum DownTarget: Sendable, Equatable {
    case steps(Int)
    /// This version stays; 0 takes everything back.
    case version(Int)
}

/// An applied migration on its way back.
package struct DownStep: Sendable, Equatable {
    /// The file whose down section is run.
    package let migration: Migration
    /// Whether the text comes from the database, because there is no such file or the file is another one now.
    package let isStored: Bool
}

extension Migrator {
    /// What would be taken back, the newest first. Works also if the database is newer than the files, with the texts
    /// that it keeps. Changes nothing.
    /// - Throws: ``MigrationError`` if one of them has no way back, or the target cannot be; `PostgresError`.
    package func downPlan(_ target: DownTarget, on connection: Connection) throws -> [DownStep] {
        let rows = try applied(on: connection, withTexts: true)
        let head = rows.last?.version ?? 0
        var chosen = Array(rows.reversed())
        switch target {
        case .steps(let count): chosen = Array(chosen.prefix(count))
        case .version(let version):
            guard version <= head else { throw MigrationError.notBehind(version: version, head: head) }
            guard version == 0 || rows.contains(where: { $0.version == version }) else {
                throw MigrationError.notApplied(version)
            }
            chosen.removeAll { $0.version <= version }
        }
        return try chosen.map(step)
    }

    private func step(_ row: AppliedMigration) throws -> DownStep {
        let stored = row.stored?.text.flatMap { try? Migration(file: row.file, text: $0) }
        let file = file(row.version)
        let step: DownStep
        // The text that was applied knows the way back from itself, the file may know it better.
        if let file, stored == nil || TextChange(from: row, to: file).keepsStatements {
            step = DownStep(migration: file, isStored: false)
        } else if let stored {
            step = DownStep(migration: stored, isStored: true)
        } else {
            throw MigrationError.appliedFileMissing(version: row.version, name: row.name)
        }
        guard step.migration.canGoDown else { throw MigrationError.noWayBack(file: step.migration.file) }
        return step
    }

    /// Takes them back, each in one transaction with the removal of its record.
    /// - Parameters:
    ///   - steps: what ``downPlan(_:on:)`` said.
    ///   - onDone: called after each commit, with what the schema differs in from what it was before the file.
    /// - Throws: ``MigrationError`` with everything before the failed file taken back; `PostgresError`.
    package func down(
        _ steps: [DownStep], on connection: Connection,
        onDone: (DownStep, [SchemaSnapshot.Difference]) -> Void = { _, _ in }
    ) throws {
        guard !steps.isEmpty else { return }
        try prepareTable(on: connection)
        for step in steps {
            let differences = try patience.retrying(on: connection, notice: notice) {
                try holdingLock(on: connection) { try takeBack(step, on: connection) }
            }
            onDone(step, differences)
        }
    }

    private func takeBack(_ step: DownStep, on connection: Connection) throws -> [SchemaSnapshot.Difference] {
        let migration = step.migration
        let head = try applied(on: connection).last?.version ?? 0
        guard head == migration.version else {
            throw MigrationError.changedMeanwhile(expected: migration.version, found: head)
        }
        let table = MigrationTable(connection: connection)
        var differences: [SchemaSnapshot.Difference] = []
        let record = { (snapshot: SchemaSnapshot) in
            try table.delete(version: migration.version)
            let former = try table.newestSnapshot(table.state())
            differences = former.map { snapshot.differences(from: $0) } ?? []
        }
        switch migration.mode {
        case .transaction: try run(migration.downFile, on: connection, record: record)
        case .alone: try runAlone(migration.downFile, on: connection, record: record)
        }
        return differences
    }

    /// Takes the newest migration back and applies its file again, in one transaction if the file runs in one. If not, a failure
    /// between the two leaves it taken back, and says so.
    /// - Throws: ``MigrationError``; `PostgresError`.
    package func redo(_ step: DownStep, on connection: Connection) throws {
        let migration = step.migration
        guard let file = file(migration.version) else {
            throw MigrationError.appliedFileMissing(version: migration.version, name: migration.name)
        }
        // What can be known before is known before anything is taken back.
        try file.check()
        guard migration.mode == .transaction, file.mode == .transaction else {
            try down([step], on: connection)
            do {
                try up(UpLimits(steps: 1), on: connection)
            } catch MigrationError.failed(var statement) {
                statement.outcome = .takenBack
                throw MigrationError.failed(statement)
            } catch {
                notice("\(file.file) is taken back and not applied again; `denwa migrate up` does that.")
                throw error
            }
            return
        }
        try prepareTable(on: connection)
        try patience.retrying(on: connection, notice: notice) {
            try holdingLock(on: connection) {
                _ = try takeBack(step, on: connection)
                // The other files have to fit.
                _ = try status(on: connection)
                try run(file.upFile, on: connection) { try insert(file, $0, on: connection) }
            }
        }
    }
}

extension TextChange {
    /// Whether the database is as the file says.
    package var keepsStatements: Bool {
        if case .statements = self { false } else { true }
    }
}
