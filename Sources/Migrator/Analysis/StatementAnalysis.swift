/// What a statement does to a database, as far as its text and the facts of the schema tell.
package struct StatementAnalysis: Sendable, Equatable {
    /// Whether the program of before the migration keeps working.
    package enum Compatibility: Sendable, Equatable {
        case compatible
        /// What is to be looked at, as a clause that begins with `if`.
        case depends(String)
        case incompatible(String)
    }

    /// Work that takes the longer the larger a table is.
    package struct Work: Sendable, Equatable {
        /// What is done to the table.
        package enum Kind: Sendable {
            /// Reads it once.
            case scan
            /// Builds an index over it.
            case index
            /// Writes it anew, with its indexes.
            case rewrite
            /// Changes rows; how many is not known before.
            case rows
        }

        /// Decides how many bytes of the table are done in a second.
        package let kind: Kind
        /// Of before the statement or made by it.
        package let table: SQLName
    }

    /// Whether a table is written anew.
    package enum Rewrite: Sendable, Equatable {
        case none
        /// The condition, as a clause.
        case perhaps(String)
        case certain
    }

    /// One for each part of the statement; empty if nothing of it is known.
    package internal(set) var kinds: [StatementKind] = []
    /// For a person, in the third person: `adds the column read_seq to memberships`.
    package internal(set) var does = ""
    /// The strongest lock on each table that was there before, held until the transaction ends.
    package internal(set) var locks: [SQLName: LockLevel] = [:]
    /// Whether it also takes `ACCESS SHARE` on tables that are named in a query.
    package internal(set) var readsOthers = false
    /// In the order of the statement's parts; empty if its time does not depend on the size of a table.
    package internal(set) var work: [Work] = []
    /// The worst of its parts.
    package internal(set) var rewrite = Rewrite.none
    /// The weakest promise of its parts.
    package internal(set) var previous = Compatibility.compatible
    /// What is gone afterwards, as part of a sentence; `nil` if no data is.
    package internal(set) var destroys: String?
    /// What it changes in the ``SchemaFacts``.
    package internal(set) var changes: [SchemaChange] = []
    /// Words about what the locks and the work do not say.
    package internal(set) var notes: [String] = []
    /// `false`: how long its work takes cannot be told from the sizes of tables.
    package internal(set) var isTimed = true
    /// `false`: nothing is promised; take it for `ACCESS EXCLUSIVE` on all that it touches.
    package internal(set) var isKnown = true

    init(_ kind: StatementKind? = nil, _ does: String = "") {
        if let kind { kinds = [kind] }
        self.does = does
    }

    static func unknown(_ statement: Statement) -> StatementAnalysis {
        var analysis = StatementAnalysis(nil, "not known to the planner: \(statement.opening)")
        analysis.isKnown = false
        analysis.previous = .depends("if it works with what this statement leaves")
        let rewritesAll =
            statement.tokens.contains { $0.isWord("UPDATE") } && statement.contains("SET")
            && !statement.containsOutside("WHERE")
        if rewritesAll {
            analysis.destroys = "what it changes in all rows"
        } else if statement.contains("DELETE") || statement.contains("TRUNCATE") || statement.contains("DROP") {
            analysis.destroys = "what it deletes or drops"
        }
        return analysis
    }

    mutating func lock(_ table: SQLName, _ level: LockLevel) {
        locks[table] = max(locks[table] ?? level, level)
    }

    mutating func doWork(_ kind: Work.Kind, on table: SQLName) {
        work.append(Work(kind: kind, table: table))
    }

    /// The weaker promise of the two stays.
    mutating func expect(_ compatibility: Compatibility) {
        switch (previous, compatibility) {
        case (.incompatible, _), (_, .compatible): break
        case (.depends(let one), .depends(let other)) where one.contains(other): break
        case (.depends(let one), .depends(let other)): previous = .depends("\(one), and \(other)")
        default: previous = compatibility
        }
    }

    /// Another part of the same statement.
    mutating func add(_ other: StatementAnalysis) {
        kinds += other.kinds
        does = does.isEmpty ? other.does : does + ", " + other.does
        for (table, level) in other.locks { lock(table, level) }
        readsOthers = readsOthers || other.readsOthers
        work += other.work
        if rewrite == .none || other.rewrite == .certain { rewrite = other.rewrite }
        expect(other.previous)
        if let new = other.destroys { destroys = destroys.map { "\($0), \(new)" } ?? new }
        changes += other.changes
        notes += other.notes
        isTimed = isTimed && other.isTimed
        isKnown = isKnown && other.isKnown
    }
}
