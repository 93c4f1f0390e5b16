/// A part of a file that is sent as one script.
package struct SQLSection: Sendable, Equatable {
    /// With LF line ends; may be empty.
    package let sql: String
    /// The line of the file on which `sql` starts, from 1.
    package let firstLine: Int
}

/// How SQL files are read.
enum SQLText {
    /// Without byte order mark, with LF line ends.
    static func normalised(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\u{FEFF}" where previous == nil: continue
            case "\n" where previous == "\r": continue
            case "\r": scalars.append("\n")
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// Where PostgreSQL saw an error.
    /// - Parameter position: 1-based, in Unicode scalars, as the server counts.
    /// - Returns: line and column from 1, and the line itself.
    static func locate(_ position: Int, in sql: String) -> (line: Int, column: Int, text: String) {
        let before = sql.unicodeScalars.prefix(max(0, position - 1))
        let line = before.count { $0 == "\n" }
        let column = before.reversed().prefix { $0 != "\n" }.count
        let lines = sql.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        return (line + 1, column + 1, lines.indices.contains(line) ? String(lines[line]) : "")
    }
}
