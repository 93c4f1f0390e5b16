import Postgres

/// What PostgreSQL refused, and where in the file it stands.
package struct FailedStatement: Sendable, Equatable, CustomStringConvertible {
    /// What became of the file.
    package enum Outcome: Sendable {
        case notApplied
        case notTakenBack
        /// It ran without a transaction, to apply the file.
        case perhapsInPart
        /// It ran without a transaction, to take the file back.
        case perhapsTakenBack
        /// It was to be applied again, and is taken back now.
        case takenBack
    }

    /// Its name, without the folder.
    package let file: String
    /// `nil` if PostgreSQL named no place.
    package let place: SourcePlace?
    /// PostgreSQL's own words; so are `detail` and `hint`.
    package let message: String
    /// Five characters, see "PostgreSQL Error Codes" in its manual.
    package let sqlState: String?
    /// `nil` if there are none.
    package let detail: String?
    /// PostgreSQL's, or ours where it has none and we know more.
    package let hint: String?
    /// The state that it leaves the file in.
    package internal(set) var outcome: Outcome

    init(_ error: PostgresError, in section: SQLSection, of file: String, outcome: Outcome) {
        self.file = file
        self.place = Self.place(of: error, in: section, of: file)
        self.message = error.message
        self.sqlState = error.sqlState
        self.detail = error.detail
        self.hint = error.hint ?? Self.hint(for: error.sqlState)
        self.outcome = outcome
    }

    /// Where PostgreSQL saw it. Of many errors, as those of rows and of locks, it says no place: then it is the statement that
    /// did not get an answer.
    private static func place(of error: PostgresError, in section: SQLSection, of file: String) -> SourcePlace? {
        if let position = error.position {
            let place = SQLText.locate(position, in: section.sql)
            return SourcePlace(
                file: file, line: section.firstLine + place.line - 1, column: place.column, text: place.text)
        }
        guard let number = error.statement else { return nil }
        let statements = StatementScanner.statements(of: section.sql)
        guard statements.indices.contains(number) else { return nil }
        return section.place(line: statements[number].line, column: statements[number].column, in: file)
    }

    /// SQLSTATE 55P03: a lock was not to be had in time.
    var isLockTimeout: Bool { sqlState == "55P03" }

    /// Where PostgreSQL has none and we know more.
    private static func hint(for sqlState: String?) -> String? {
        switch sqlState {
        case "25001": "Give the statement a file of its own, with the line `-- migrate:none` above `-- migrate:up`."
        default: nil
        }
    }

    package var description: String {
        var lines = ["\(place?.description ?? file): \(message)\(sqlState.map { " (SQLSTATE \($0))" } ?? "")."]
        if let place { lines.append(place.excerpt) }
        if let detail { lines.append("Detail: \(detail)") }
        if let hint { lines.append("Hint: \(hint)") }
        lines.append(consequence)
        return lines.joined(separator: "\n")
    }

    private var consequence: String {
        switch outcome {
        case .notApplied: "Nothing of this file was applied; correct it and run the command again."
        case .notTakenBack: "Nothing of this file was taken back; correct its down section and run the command again."
        case .perhapsInPart:
            "The file is not recorded: running the command again removes what is left half-made, and repeats it."
        case .perhapsTakenBack: "The file is still recorded as applied: running the command again repeats it."
        case .takenBack:
            "The file is taken back and not applied again; correct it and run `denwa migrate up`. (`redo` would take back the "
                + "file before it.)"
        }
    }
}
