/// A row of `schema_migrations`.
package struct AppliedMigration: Sendable, Equatable {
    /// The number before the name, 1 to 9999.
    package let version: Int
    /// What the file's name said behind the number.
    package let name: String
    /// ``Migration/checksum`` of the file that was applied.
    package let checksum: String
    /// RFC 3339, UTC.
    package let appliedAt: String
    /// `nil` if it was not read.
    package var stored: StoredText?

    /// As it is recorded.
    package init(version: Int, name: String, checksum: String, appliedAt: String = "", stored: StoredText? = nil) {
        self.version = version
        self.name = name
        self.checksum = checksum
        self.appliedAt = appliedAt
        self.stored = stored
    }

    /// What the file was called.
    package var file: String {
        String(repeating: "0", count: max(0, 4 - "\(version)".count)) + "\(version)_\(name).sql"
    }
}

/// What the database keeps of an applied file.
package struct StoredText: Sendable, Equatable {
    /// The up section.
    package let up: String
    /// The whole file; `nil` if a denwa applied it that did not keep it.
    package let text: String?

    /// As they are recorded.
    package init(up: String, text: String?) {
        self.up = up
        self.text = text
    }
}

/// An applied file whose text is another one now, without the database being another one.
package struct MigrationWarning: Sendable, Equatable, CustomStringConvertible {
    /// Its name, without the folder.
    package let file: String
    /// ``TextChange/comments`` or ``TextChange/down``.
    package let change: TextChange

    package var description: String {
        let what = change == .down ? "The down section of \(file)" : "\(file)"
        let how = change == .down ? "was changed" : "was changed in comments or white space"
        return "\(what) \(how) after it had been applied; `denwa migrate repair --accept` takes the new text over."
    }
}

/// What is to be done to bring a database to the newest version, or why it must not be touched. A value, no I/O.
package struct MigrationPlan: Sendable, Equatable {
    /// Files that are not applied, in order.
    package let pending: [Migration]
    /// What the database has, in order.
    package let applied: [AppliedMigration]
    /// What a person should know, though it stands in nobody's way.
    package let warnings: [MigrationWarning]

    /// - Throws: ``MigrationError`` if the files are not 1, 2, 3, … or the database is not at one of these.
    package init(files: [Migration], applied: [AppliedMigration]) throws(MigrationError) {
        let files = files.sorted { ($0.version, $0.file) < ($1.version, $1.file) }
        let applied = applied.sorted { $0.version < $1.version }
        try Self.checkNumbers(of: files)
        self.warnings = try Self.check(applied, against: files)
        let done = Set(applied.map(\.version))
        let pending = files.filter { !done.contains($0.version) }
        if let head = applied.last?.version, let late = pending.first(where: { $0.version < head }) {
            throw .outOfOrder(file: late.file, applied: head)
        }
        self.pending = pending
        self.applied = applied
    }

    static func checkNumbers(of files: [Migration]) throws(MigrationError) {
        for (first, second) in zip(files, files.dropFirst()) where first.version == second.version {
            throw .duplicateVersion(first.version, files: [first.file, second.file])
        }
        for (index, file) in files.enumerated() where file.version != index + 1 {
            throw .gap(missing: index + 1, next: file.file)
        }
    }

    private static func check(
        _ applied: [AppliedMigration], against files: [Migration]
    ) throws(MigrationError) -> [MigrationWarning] {
        let newest = files.last?.version ?? 0
        if let head = applied.last?.version, head > newest { throw .databaseNewer(database: head, binary: newest) }
        let byVersion = Dictionary(files.map { ($0.version, $0) }, uniquingKeysWith: { first, _ in first })
        var warnings: [MigrationWarning] = []
        for row in applied {
            guard let file = byVersion[row.version] else {
                throw .appliedFileMissing(version: row.version, name: row.name)
            }
            switch TextChange(from: row, to: file) {
            case .none: break
            case .statements(let diff): throw .checksumDiffers(file: file.file, diff: diff ?? "")
            case let change: warnings.append(MigrationWarning(file: file.file, change: change))
            }
        }
        return warnings
    }
}
