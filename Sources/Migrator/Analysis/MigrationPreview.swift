/// How long something takes, as far as a size tells.
package enum Estimate: String, Sendable, Comparable {
    /// Less than a second.
    case instant
    /// Less than a minute.
    case seconds
    /// A minute or longer.
    case minutes
    case unknown

    package static func < (left: Estimate, right: Estimate) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .instant: 0
        case .seconds: 1
        case .minutes: 2
        case .unknown: 3
        }
    }

    init(seconds: Double) { self = seconds < 1 ? .instant : seconds < 60 ? .seconds : .minutes }
}

/// A statement of a pending file, and what it will do.
package struct PlannedStatement: Sendable {
    /// Its name, without the folder.
    package let file: String
    /// From 1.
    package let line: Int
    /// As the file has it, without the semicolon.
    package let text: String
    /// Made with the schema as the statements before it leave it.
    package let analysis: StatementAnalysis
    /// Bytes of the tables that it locks or works on; a new one has none.
    package let sizes: [SQLName: Int64]
    /// Of its work alone, without waiting for locks; `unknown` if it cannot be told.
    package let estimate: Estimate
    /// Whether it runs in no transaction.
    package let isAlone: Bool
}

/// What the pending files will do to a database. A value, no I/O.
package struct MigrationPreview: Sendable {
    /// In the order in which they run.
    package let statements: [PlannedStatement]

    /// Bytes a second, of a slow disk; a plan had better be wrong on this side.
    private static func speed(_ kind: StatementAnalysis.Work.Kind) -> Double {
        switch kind {
        case .scan: 150_000_000
        case .index: 30_000_000
        case .rewrite: 25_000_000
        case .rows: 10_000_000
        }
    }

    /// What applying files will do.
    /// - Parameter facts: as they are before the first file.
    package init(up files: [Migration], facts: SchemaFacts) {
        self.init(files.map { ($0, $0.up) }, facts)
    }

    /// What taking files back will do.
    package init(down files: [Migration], facts: SchemaFacts) {
        self.init(files.map { ($0, $0.down) }, facts)
    }

    private init(_ sections: [(file: Migration, section: SQLSection)], _ facts: SchemaFacts) {
        var facts = facts
        var statements: [PlannedStatement] = []
        for (file, section) in sections {
            for statement in StatementScanner.statements(of: section.sql) {
                let analysis = StatementAnalyzer(facts: facts).analyse(statement)
                statements.append(Self.planned(statement, analysis, of: file, section, facts))
                facts.apply(analysis.changes)
            }
        }
        self.statements = statements
    }

    private static func planned(
        _ statement: Statement, _ analysis: StatementAnalysis, of file: Migration, _ section: SQLSection,
        _ facts: SchemaFacts
    ) -> PlannedStatement {
        var sizes: [SQLName: Int64] = [:]
        for table in Set(analysis.locks.keys).union(analysis.work.map(\.table)) {
            sizes[table] = facts.tables[table].flatMap { $0.isNew ? nil : $0.bytes }
        }
        let seconds = analysis.work.reduce(0) { $0 + Double(sizes[$1.table] ?? 0) / speed($1.kind) }
        return PlannedStatement(
            file: file.file, line: section.firstLine + statement.line - 1, text: statement.text, analysis: analysis,
            sizes: sizes, estimate: analysis.isKnown && analysis.isTimed ? Estimate(seconds: seconds) : .unknown,
            isAlone: file.mode == .alone)
    }

    /// All of them together.
    package var estimate: Estimate { statements.map(\.estimate).max() ?? .instant }
}

extension Migration {
    /// The statements that apply it.
    package var statements: [Statement] { StatementScanner.statements(of: up.sql) }

    /// The statements that take it back.
    package var downStatements: [Statement] { StatementScanner.statements(of: down.sql) }
}
