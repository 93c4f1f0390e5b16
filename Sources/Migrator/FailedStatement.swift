import Postgres

/// What PostgreSQL refused, and where in the file it stands.
package struct FailedStatement: Sendable, Equatable, CustomStringConvertible {
    package let file: String
    /// From 1; `nil` if PostgreSQL named no place.
    package let line: Int?
    package let column: Int?
    /// The offending line of the file.
    package let text: String?
    package let message: String
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
