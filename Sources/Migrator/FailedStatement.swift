import Postgres

/// What PostgreSQL refused, and where in the file it stands.
package struct FailedStatement: Sendable, Equatable, CustomStringConvertible {
    /// Its name, without the folder.
    package let file: String
    /// From 1; `nil` if PostgreSQL named no place.
    package let line: Int?
    /// From 1, in code points; `nil` together with `line`.
    package let column: Int?
    /// The offending line of the file.
    package let text: String?
    /// PostgreSQL's own words; so are `detail` and `hint`.
    package let message: String
    /// Five characters, see "PostgreSQL Error Codes" in its manual.
    package let sqlState: String?
    package let detail: String?
    package let hint: String?

    init(_ error: PostgresError, in section: SQLSection, of file: String) {
        let place = error.position.map { SQLText.locate($0, in: section.sql) }
        self.file = file
        self.line = place.map { section.firstLine + $0.line - 1 }
        self.column = place?.column
        self.text = place?.text
        self.message = error.message
        self.sqlState = error.sqlState
        self.detail = error.detail
        self.hint = error.hint
    }

    package var description: String {
        var place = file
        if let line, let column { place += ", line \(line), column \(column)" }
        var lines = ["\(place): \(message)\(sqlState.map { " (SQLSTATE \($0))" } ?? "")."]
        if let text { lines.append("    \(text)") }
        if let detail { lines.append("Detail: \(detail)") }
        if let hint { lines.append("Hint: \(hint)") }
        lines.append("Nothing of this file was applied; correct it and run the command again.")
        return lines.joined(separator: "\n")
    }
}
