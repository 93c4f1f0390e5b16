import Crypto

/// One numbered SQL file: `NNNN_name.sql` with a `-- migrate:up` and, if it can be undone, a `-- migrate:down` section.
package struct Migration: Sendable, Equatable {
    /// How its statements run.
    package enum Mode: Sendable {
        /// All of a section in one transaction, with its record.
        case transaction
        /// The one statement of a section by itself, because PostgreSQL runs it in no transaction: `-- migrate:none`.
        case alone
    }

    /// The number before the name, 1 to 9999.
    package let version: Int
    /// What the file's name says behind the number.
    package let name: String
    /// Number, name and ending, without the folder.
    package let file: String
    /// The statements that apply it.
    package let up: SQLSection
    /// Empty if the file has no such section.
    package let down: SQLSection
    /// `transaction` unless the file has the line `-- migrate:none`.
    package let mode: Mode
    /// All of it, without byte order mark and with LF line ends.
    package let text: String
    /// SHA-256 in hex of ``text``, so that an editor's or a checkout's habits do not count as a change.
    package let checksum: String

    private static let upMarker = "-- migrate:up"
    private static let downMarker = "-- migrate:down"
    private static let aloneMarker = "-- migrate:none"

    /// - Parameters:
    ///   - file: the name without folder.
    ///   - text: the whole file.
    /// - Throws: ``MigrationError`` if the name or the sections are not as described.
    package init(file: String, text: String) throws(MigrationError) {
        guard let (version, name) = Self.parse(name: file) else { throw .badFileName(file) }
        self.text = SQLText.normalised(text)
        self.version = version
        self.name = name
        self.file = file
        self.checksum = SHA256.hash(data: Array(self.text.utf8)).hex
        let sections = try Self.sections(of: self.text, file: file)
        self.up = sections.up
        self.down = sections.down
        self.mode = sections.mode
    }

    /// Whether there are statements with which it is taken back.
    package var canGoDown: Bool { !StatementScanner.statements(of: down.sql).isEmpty }

    private static func parse(name file: String) -> (version: Int, name: String)? {
        let parts = file.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].count == 4, parts[0].allSatisfy({ ("0"..."9").contains($0) }),
            let version = Int(parts[0]), version > 0,
            parts[1].hasSuffix(".sql"), parts[1].count > 4
        else { return nil }
        return (version, String(parts[1].dropLast(4)))
    }

    private static func sections(
        of text: String, file: String
    ) throws(MigrationError) -> (up: SQLSection, down: SQLSection, mode: Mode) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var upLine: Int?
        var downLine: Int?
        var mode = Mode.transaction
        for (index, line) in lines.enumerated() where line.hasPrefix("-- migrate:") {
            switch line {
            case upMarker where upLine == nil && downLine == nil: upLine = index
            case downMarker where upLine != nil && downLine == nil: downLine = index
            case aloneMarker where mode == .transaction && (upLine == nil || upLine == index - 1): mode = .alone
            default: throw .badMarker(file: file, line: index + 1, text: String(line))
            }
        }
        guard let upLine else { throw .noUpSection(file: file) }
        let head = StatementScanner.statements(of: lines[..<upLine].joined(separator: "\n"))
        if let stray = head.first { throw .statementAboveSections(file: file, line: stray.line, text: stray.opening) }
        func section(_ range: Range<Int>) -> SQLSection {
            SQLSection(sql: lines[range].joined(separator: "\n"), firstLine: range.lowerBound + 1)
        }
        let down = downLine.map { section($0 + 1..<lines.count) } ?? SQLSection(sql: "", firstLine: lines.count)
        return (section(upLine + 1..<(downLine ?? lines.count)), down, mode)
    }
}

extension SHA256.Digest {
    var hex: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
