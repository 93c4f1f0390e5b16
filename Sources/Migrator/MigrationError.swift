/// Why a migration or a seed file was not applied: the cause and the cure.
package enum MigrationError: Error, Sendable, Equatable {
    case badFileName(String)
    case noUpSection(file: String)
    case badMarker(file: String, line: Int, text: String)
    /// It would not be run, and nobody would be told.
    case statementAboveSections(file: String, line: Int, text: String)
    /// The file would end the transaction that protects it.
    case transactionControl(SourcePlace, word: String)
    /// The data of COPY comes from a client, and here is none.
    case copyThroughClient(SourcePlace)
    /// A file without a transaction that could stop between two statements.
    case notOneStatement(file: String, count: Int)
    /// A file without a transaction that could not be run a second time.
    case notRepeatable(SourcePlace)
    case duplicateVersion(Int, files: [String])
    case gap(missing: Int, next: String)
    case outOfOrder(file: String, applied: Int)
    case appliedFileMissing(version: Int, name: String)
    /// With a diff of what was applied and the file; empty if the stored text is not known.
    case checksumDiffers(file: String, diff: String)
    case databaseNewer(database: Int, binary: Int)
    /// The search path leads nowhere, as after somebody else's SET behind a pooler.
    case noSchema
    case failed(FailedStatement)
    /// Locks that others did not give up, and who they are.
    case locksHeld(FailedStatement, tries: Int, holders: [String])

    // What somebody asked for that cannot be.
    case unknownVersion(Int, newest: Int)
    case notAhead(version: Int, head: Int)
    case notBehind(version: Int, head: Int)
    case notApplied(Int)
    case noWayBack(file: String)
    /// Something else happened between the question and the deed.
    case changedMeanwhile(expected: Int, found: Int)
    case notEmpty(applied: Int)
    case indexInvalid(String, file: String)
}

extension MigrationError {
    /// Where the text of a file is at fault, if it is known.
    var place: SourcePlace? {
        switch self {
        case .transactionControl(let place, _), .copyThroughClient(let place), .notRepeatable(let place): place
        default: nil
        }
    }
}

extension MigrationError: CustomStringConvertible {
    package var description: String {
        ofFiles ?? ofDatabase ?? ofRequest
    }

    private var ofFiles: String? {
        switch self {
        case .badFileName(let file):
            "The migration file \(file) is not named NNNN_name.sql; rename it, for example to 0005_reactions.sql."
        case .noUpSection(let file):
            "\(file) has no section `-- migrate:up`; add this line, alone, above the statements."
        case .badMarker(let file, let line, let text):
            "\(file), line \(line): `\(text)` is not expected here; a file has one line `-- migrate:up`, behind it "
                + "at most one `-- migrate:down`, and before it `-- migrate:none` if it runs without a transaction."
        case .statementAboveSections(let file, let line, let text):
            "\(file), line \(line): `\(text)` stands above `-- migrate:up` and would never be run; move it below that line."
        case .transactionControl(let place, let word):
            "\(place): \(word) is not allowed, because the whole file is applied in one transaction.\n\(place.excerpt)\n"
                + "Remove it. (Write a function's body between $$ and $$, not as BEGIN ATOMIC … END.)"
        case .copyThroughClient(let place):
            "\(place): COPY needs a client that sends or takes the rows.\n\(place.excerpt)\nWrite INSERT instead."
        case .notOneStatement(let file, let count):
            "\(file) has `-- migrate:none` and \(count) statements in a section; without a transaction it may have only "
                + "one, because it could stop between two. Give each one a file of its own."
        case .notRepeatable(let place):
            "\(place): a file with `-- migrate:none` must be able to run twice, as after a lost connection.\n"
                + "\(place.excerpt)\nPossible are CREATE INDEX CONCURRENTLY IF NOT EXISTS name, DROP INDEX CONCURRENTLY "
                + "IF EXISTS, ALTER TYPE … ADD VALUE IF NOT EXISTS, VACUUM and ANALYZE."
        case .duplicateVersion(let version, let files):
            "Migration \(version) exists twice: \(files.joined(separator: " and ")); renumber the newer file."
        case .gap(let missing, let next):
            "Migration \(missing) is missing, yet there is \(next); restore the file or renumber the ones behind it."
        default: nil
        }
    }

    private var ofDatabase: String? {
        switch self {
        case .outOfOrder(let file, let applied):
            "\(file) is not applied, but the later migration \(applied) is; give the file the next free number."
        case .appliedFileMissing(let version, let name):
            "Migration \(version) (\(name)) is applied in the database, but its file does not exist; restore the file."
        case .checksumDiffers(let file, let diff):
            "\(file) was changed after it had been applied; restore its text and put the change into a new migration, or, "
                + "if the database has the change already, accept it with `denwa migrate repair --accept`."
                + (diff.isEmpty ? "" : "\n\(diff)")
        case .databaseNewer(let database, let binary):
            "The database is at migration \(database), but this denwa knows only up to \(binary). Install the newer "
                + "denwa again; or take the newer migrations back with `denwa migrate down --to \(binary)`, which "
                + "deletes what they have added; or restore a backup from before the upgrade."
        case .noSchema:
            "The connection's search_path names no schema that exists, so nobody can tell what is applied; correct the "
                + "role's search_path, or restart the pooler if another program has changed it there."
        case .failed(let statement): statement.description
        case .locksHeld(let statement, let tries, let holders):
            "\(statement)\nIt was tried \(tries) times, so that others do not wait behind it."
                + (holders.isEmpty ? "" : "\nLocks are held by " + holders.joined(separator: "; ") + ".")
        case .indexInvalid(let index, let file):
            "\(file) has run, but the index \(index) is not valid; look at its rows, and run the command again."
        default: nil
        }
    }

    private var ofRequest: String {
        switch self {
        case .unknownVersion(let version, let newest):
            "There is no migration \(version); they are numbered 1 to \(newest)."
        case .notAhead(let version, let head):
            "The database is at migration \(head), beyond \(version); to go back there is "
                + "`denwa migrate down --to \(version)`."
        case .notBehind(let version, let head):
            "The database is at migration \(head), not beyond \(version); to go on there is "
                + "`denwa migrate up --to \(version)`."
        case .notApplied(let version):
            "Migration \(version) is not applied; `denwa migrate status` shows which ones are."
        case .noWayBack(let file):
            "\(file) has no statements under `-- migrate:down`, so it cannot be taken back; restore a backup instead."
        case .changedMeanwhile(let expected, let found):
            "Somebody else has changed the database meanwhile: it was at migration \(expected) and is at \(found); "
                + "look with `denwa migrate status` and run the command again."
        case .notEmpty(let applied):
            "The database has \(applied) recorded migrations already; a baseline is only for one without any."
        default: ""
        }
    }
}
