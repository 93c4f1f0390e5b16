/// A place in a file that a person is to look at.
package struct SourcePlace: Sendable, Equatable, CustomStringConvertible {
    /// Its name, without the folder.
    package let file: String
    /// From 1.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int
    /// The whole line.
    package let text: String

    /// Checks nothing.
    package init(file: String, line: Int, column: Int, text: String) {
        self.file = file
        self.line = line
        self.column = column
        self.text = text
    }

    /// Columns of a long line that are shown to each side.
    private static let margin = 50

    package var description: String { "\(file), line \(line), column \(column)" }

    /// The line, and under it a mark at the column; both indented.
    package var excerpt: String {
        let scalars = Array(text.unicodeScalars)
        let place = min(max(0, column - 1), scalars.count)
        let start = place > 2 * Self.margin ? place - Self.margin : 0
        let end = scalars.count - start > 4 * Self.margin ? min(scalars.count, place + 2 * Self.margin) : scalars.count
        var shown = String.UnicodeScalarView()
        var blank = String.UnicodeScalarView()
        for scalar in scalars[start..<end] { shown.append(scalar) }
        for scalar in scalars[start..<place] { blank.append(Self.blank(for: scalar)) }
        let (before, after) = (start > 0 ? "…" : "", end < scalars.count ? "…" : "")
        return "    \(before)\(String(shown))\(after)\n    \(start > 0 ? " " : "")\(String(blank))^"
    }

    /// Takes as much room: a tab for a tab, and the wide space for Japanese.
    private static func blank(for scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x09: "\t"
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            "\u{3000}"
        default: " "
        }
    }
}

extension SQLSection {
    /// Where a statement or a token of the section is in its file.
    func place(line: Int, column: Int, in file: String) -> SourcePlace {
        let lines = sql.split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.indices.contains(line - 1) ? String(lines[line - 1]) : ""
        return SourcePlace(file: file, line: firstLine + line - 1, column: column, text: text)
    }
}
