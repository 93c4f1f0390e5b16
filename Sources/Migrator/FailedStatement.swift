import Postgres

/// What PostgreSQL refused, and where in the file it stands.
package struct FailedStatement: Sendable, Equatable, CustomStringConvertible {
    /// What became of the file.
    package enum Outcome: Sendable {
        case notApplied
        case notTakenBack
        /// It ran without a transaction.
        case perhapsInPart
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
    package let outcome: Outcome

    init(_ error: PostgresError, in section: SQLSection, of file: String, outcome: Outcome) {
        self.file = file
        self.place = error.position.map { position in
            let place = SQLText.locate(position, in: section.sql)
            return SourcePlace(
                file: file, line: section.firstLine + place.line - 1, column: place.column, text: place.text)
        }
        self.message = error.message
        self.sqlState = error.sqlState
        self.detail = error.detail
        self.hint = error.hint ?? Self.hint(for: error.sqlState)
        self.outcome = outcome
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
        }
    }
}
