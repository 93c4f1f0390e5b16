/// What there is to say about one statement.
struct LintRules {
    let file: Migration
    let statement: Statement
    let analysis: StatementAnalysis
    /// As they are before it.
    let facts: SchemaFacts

    private static let reason = "-- destructive:"

    func findings() -> [LintFinding] {
        let all = [destructive, unknown, settings] + indexes + columns + constraints
        return all.compactMap { $0 }
    }

    private func has(_ kind: StatementKind) -> Bool { analysis.kinds.contains(kind) }

    /// Whether somebody has used the table already: it is not of this file.
    private var isOld: Bool { analysis.locks.keys.contains { facts.tables[$0]?.isNew != true } }

    private func warning(_ rule: String, _ message: String, if condition: Bool) -> LintFinding? {
        condition ? finding(.warning, rule, message) : nil
    }

    private func finding(_ level: LintFinding.Level, _ rule: String, _ message: String) -> LintFinding {
        LintFinding(
            level: level, rule: rule, file: file.file, line: file.up.firstLine + statement.line - 1,
            column: statement.column, message: message)
    }

    private var destructive: LintFinding? {
        guard let lost = analysis.destroys, !isGiven else { return nil }
        return finding(
            .error, "destructive",
            "This destroys \(lost); if that is meant, say why in a line `\(Self.reason) reason` above the statement.")
    }

    /// Whether a reason is written; an empty one is none.
    private var isGiven: Bool {
        statement.comments.contains { comment in
            comment.text.hasPrefix(Self.reason)
                && comment.text.dropFirst(Self.reason.count).contains { !$0.isWhitespace }
        }
    }

    private var unknown: LintFinding? {
        warning(
            "unknown", "What this locks is not known; take it for ACCESS EXCLUSIVE on all that it touches.",
            if: !analysis.isKnown)
    }

    private var settings: LintFinding? {
        warning(
            "setting", "This outlives the file, and behind a pooler reaches other clients; write SET LOCAL.",
            if: has(.setting) && !statement.contains("LOCAL") && !statement.contains("TRANSACTION")
                && !statement.contains("CONSTRAINTS"))
    }

    private var indexes: [LintFinding?] {
        [
            warning(
                "index-blocks-writers",
                "Writers wait until the index is built; put CREATE INDEX CONCURRENTLY IF NOT EXISTS into a file of its own "
                    + "with `-- migrate:none`.", if: has(.createIndex) && isOld),
            warning(
                "key-blocks-everybody",
                "Everybody waits until the index is built; build it first with CREATE UNIQUE INDEX CONCURRENTLY and make it "
                    + "the key with USING INDEX.",
                if: (has(.addUnique) || has(.addPrimaryKey) || has(.addExclusion) || has(.addColumnWithKey)) && isOld),
        ]
    }

    private var columns: [LintFinding?] {
        let failsOnRows = analysis.notes.contains("fails if the table has rows")
        return [
            warning(
                "not-null-without-default",
                "A column that is NOT NULL needs a default, or it fails where the table has rows, and so do the INSERTs "
                    + "of the program before.", if: has(.addColumn) && failsOnRows && isOld),
            warning(
                "rewrite",
                "Everybody waits while the table is written anew; add the column without the default, and fill it in "
                    + "pieces.",
                if: has(.addColumn) && analysis.rewrite == .certain && isOld),
            warning(
                "not-null-scans",
                "Everybody waits while all rows are read; add CHECK (… IS NOT NULL) NOT VALID, validate it in a later file, "
                    + "and then SET NOT NULL reads nothing.", if: has(.setNotNull) && isOld),
            warning(
                "rename",
                "The program before the migration looks for the old name; add the new one beside it, and drop the old "
                    + "one later.", if: (has(.renameTable) || has(.renameColumn)) && isOld),
        ]
    }

    private var constraints: [LintFinding?] {
        let scans = analysis.work.contains { $0.kind == .scan && facts.tables[$0.table]?.isNew != true }
        return [
            warning(
                "check-scans",
                "Everybody waits while all rows are read; add it NOT VALID, and VALIDATE it in a later file.",
                if: (has(.addCheck)
                    || has(.addColumn) && !has(.setNotNull) && analysis.rewrite == .none
                        && !analysis.notes.contains("fails if the table has rows"))
                    && scans),
            warning(
                "foreign-key-scans",
                "Writers of both tables wait while all rows are read; add it NOT VALID, and VALIDATE it in a later file.",
                if: has(.addForeignKey) && scans),
        ]
    }
}
