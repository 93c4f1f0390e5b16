/// Tells of a statement what it will do. Pure: it knows a database only through the facts.
///
/// The locks are those of PostgreSQL 15 (its manual: "Explicit Locking", and the page of each statement).
package struct StatementAnalyzer: Sendable {
    let facts: SchemaFacts

    /// - Parameter facts: as they are before the statement.
    package init(facts: SchemaFacts) { self.facts = facts }

    /// Never guesses: what is not known in all its parts is ``StatementAnalysis/unknown(_:)``.
    package func analyse(_ statement: Statement) -> StatementAnalysis {
        var reader = TokenReader(statement.tokens)
        guard var analysis = known(&reader, statement) else { return .unknown(statement) }
        let touched = analysis.locks.keys
        if analysis.isKnown, !touched.isEmpty, touched.allSatisfy({ facts.tables[$0]?.isNew == true }) {
            // Nobody has used them yet, and nobody has put anything into them.
            analysis.previous = .compatible
            analysis.destroys = nil
        }
        return analysis
    }

    private func known(_ reader: inout TokenReader, _ statement: Statement) -> StatementAnalysis? {
        if reader.take("CREATE") { return create(&reader, statement) }
        if reader.take("DROP") { return drop(&reader) }
        if reader.take("ALTER") { return alter(&reader, statement) }
        if reader.take("COMMENT", "ON") { return comment(&reader) }
        return rows(&reader, statement) ?? maintenance(&reader) ?? setting(&reader)
    }

    private func create(_ reader: inout TokenReader, _ statement: Statement) -> StatementAnalysis? {
        let replaces = reader.take("OR", "REPLACE")
        if reader.take("TABLE") || reader.take("UNLOGGED", "TABLE") { return createTable(&reader) }
        if reader.take("INDEX") { return createIndex(&reader, isUnique: false) }
        if reader.take("UNIQUE", "INDEX") { return createIndex(&reader, isUnique: true) }
        if reader.take("FUNCTION") || reader.take("PROCEDURE") {
            return createFunction(&reader, replaces: replaces, statement)
        }
        if reader.take("TRIGGER") || reader.take("CONSTRAINT", "TRIGGER") { return createTrigger(&reader) }
        if reader.take("VIEW") { return createView(&reader, replaces: replaces) }
        if reader.take("MATERIALIZED", "VIEW") { return createMaterializedView(&reader) }
        if reader.take("SEQUENCE") { return createSequence(&reader) }
        return createOther(&reader)
    }

    private func drop(_ reader: inout TokenReader) -> StatementAnalysis? {
        if reader.take("TABLE") { return dropTables(&reader) }
        if reader.take("INDEX") { return dropIndexes(&reader) }
        if reader.take("TRIGGER") { return dropTrigger(&reader) }
        if reader.take("VIEW") || reader.take("MATERIALIZED", "VIEW") {
            return dropRelations(&reader, .dropView, "the view")
        }
        if reader.take("SEQUENCE") { return dropRelations(&reader, .dropSequence, "the sequence") }
        if reader.take("FUNCTION") || reader.take("PROCEDURE") { return dropNamed(&reader, .dropFunction, "function") }
        if reader.take("TYPE") || reader.take("DOMAIN") { return dropNamed(&reader, .dropType, "type") }
        return nil
    }

    private func alter(_ reader: inout TokenReader, _ statement: Statement) -> StatementAnalysis? {
        if reader.take("TABLE") { return alterTable(&reader) }
        if reader.take("INDEX") { return renameIndex(&reader) }
        if reader.take("TYPE") { return alterType(&reader) }
        if reader.take("SEQUENCE") { return alterSequence(&reader) }
        return nil
    }

    /// A table, by one name for one thing.
    func takeTable(_ reader: inout TokenReader) -> SQLName? {
        reader.takeName().map { facts.resolve($0) }
    }

    /// Names with commas between them, up to the end of the statement.
    /// - Returns: whether CASCADE stands behind them; `nil` if something else does.
    func takeTables(_ reader: inout TokenReader) -> (names: [SQLName], cascades: Bool)? {
        var names: [SQLName] = []
        repeat {
            guard let name = takeTable(&reader) else { return nil }
            _ = reader.takeSymbol("*")
            names.append(name)
        } while reader.takeSymbol(",")
        let cascades = reader.take("CASCADE")
        _ = reader.take("RESTRICT")
        return reader.isAtEnd ? (names, cascades) : nil
    }
}

extension Sequence where Element == SQLName {
    /// `a, b and c`
    var sentence: String {
        let names = map(\.description)
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}
