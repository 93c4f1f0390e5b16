/// How a file differs from what was applied.
package enum TextChange: Sendable, Equatable {
    case none
    /// Comments or white space: the database is as the file says.
    case comments
    /// The down section, which has not run: the database is as the file says, and the file's way back is taken.
    case down
    /// The statements. A diff of what is stored and the file, if the stored text is there.
    case statements(diff: String?)

    /// - Parameters:
    ///   - row: what is applied.
    ///   - file: what the file says now.
    package init(from row: AppliedMigration, to file: Migration) {
        guard row.checksum != file.checksum else {
            self = .none
            return
        }
        guard let stored = row.stored else {
            self = .statements(diff: nil)
            return
        }
        self.init(from: stored, row, to: file)
    }

    private init(from stored: StoredText, _ row: AppliedMigration, to file: Migration) {
        let former = stored.text.flatMap { try? Migration(file: file.file, text: $0) }
        guard Self.sameStatements(stored.up, file.up.sql), former.map({ $0.mode == file.mode }) ?? true else {
            let diff = LineDiff(stored.text ?? stored.up, stored.text == nil ? file.up.sql : file.text)
            self = .statements(diff: diff.unified(old: "applied \(row.appliedAt)", new: file.file))
            return
        }
        // Without the whole text nobody knows what the down section was.
        guard let former, Self.sameStatements(former.down.sql, file.down.sql) else {
            self = stored.text == nil ? .comments : .down
            return
        }
        self = .comments
    }

    /// Whether PostgreSQL would read the same.
    static func sameStatements(_ old: String, _ new: String) -> Bool {
        let (old, new) = (StatementScanner.statements(of: old), StatementScanner.statements(of: new))
        return old.count == new.count
            && zip(old, new).allSatisfy { old, new in
                old.tokens.count == new.tokens.count && zip(old.tokens, new.tokens).allSatisfy { $0.means($1) }
            }
    }
}
