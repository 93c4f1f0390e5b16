/// Why a migration or a seed file was not applied: the cause and the cure.
package enum MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
    case badFileName(String)
    case noUpSection(file: String)
    case badMarker(file: String, line: Int, text: String)
    /// The file would end the transaction that protects it.
    case transactionControl(file: String, line: Int, word: String)
    case duplicateVersion(Int, files: [String])
    case gap(missing: Int, next: String)
    case outOfOrder(file: String, applied: Int)
    case appliedFileMissing(version: Int, name: String)
    case checksumDiffers(file: String)
    case databaseNewer(database: Int, binary: Int)
    case failed(FailedStatement)

    package var description: String {
        switch self {
        case .badFileName(let file):
            "The migration file \(file) is not named NNNN_name.sql; rename it, for example to 0005_reactions.sql."
        case .noUpSection(let file):
            "\(file) has no section `-- migrate:up`; add this line, alone, above the statements."
        case .badMarker(let file, let line, let text):
            "\(file), line \(line): `\(text)` is not expected here; a file has one line `-- migrate:up` and behind it "
                + "at most one `-- migrate:down`, with nothing else on these lines."
        case .transactionControl(let file, let line, let word):
            "\(file), line \(line): \(word) is not allowed, because the whole file is applied in one transaction; "
                + "remove it. (Write a function's body between $$ and $$, not as BEGIN ATOMIC … END.)"
        case .duplicateVersion(let version, let files):
            "Migration \(version) exists twice: \(files.joined(separator: " and ")); renumber the newer file."
        case .gap(let missing, let next):
            "Migration \(missing) is missing, yet there is \(next); restore the file or renumber the ones behind it."
        case .outOfOrder(let file, let applied):
            "\(file) is not applied, but the later migration \(applied) is; give the file the next free number."
        case .appliedFileMissing(let version, let name):
            "Migration \(version) (\(name)) is applied in the database, but its file does not exist; restore the file."
        case .checksumDiffers(let file):
            "\(file) was changed after it had been applied; restore its text and put the change into a new migration."
        case .databaseNewer(let database, let binary):
            "The database is at migration \(database), but this denwa knows only up to \(binary); "
                + "install the newer denwa again, or restore a backup from before the upgrade."
        case .failed(let statement): statement.description
        }
    }
}
