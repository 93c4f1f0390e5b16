/// Functions, triggers, comments, types and views.
extension StatementAnalyzer {
    func createFunction(
        _ reader: inout TokenReader, replaces: Bool, _ statement: Statement
    ) -> StatementAnalysis? {
        guard let name = reader.takeName() else { return nil }
        var analysis = StatementAnalysis(.createFunction, "\(replaces ? "replaces" : "creates") the function \(name)")
        // The body is checked against the tables that it names.
        analysis.readsOthers = true
        if replaces { analysis.previous = .depends("if it works with the new body") }
        return analysis
    }

    func createTrigger(_ reader: inout TokenReader) -> StatementAnalysis? {
        guard let name = reader.takeName() else { return nil }
        while let token = reader.peek(), !token.isWord("ON") { _ = reader.next() }
        guard reader.take("ON"), let table = takeTable(&reader), reader.peek()?.isWord("FROM") != true else {
            return nil
        }
        var analysis = change(
            table, .createTrigger, "creates the trigger \(name) on \(table)", .shareRowExclusive,
            .depends("if it works with what the trigger does"))
        analysis.changes.append(.addTrigger(on: table))
        return analysis
    }

    func dropTrigger(_ reader: inout TokenReader) -> StatementAnalysis? {
        _ = reader.take("IF", "EXISTS")
        guard let name = reader.takeName(), reader.take("ON"), let table = takeTable(&reader) else { return nil }
        var analysis = change(
            table, .dropTrigger, "drops the trigger \(name) of \(table)", .accessExclusive,
            .depends("if it does not rely on the trigger"))
        if reader.take("CASCADE") { analysis.cascade() }
        return analysis
    }

    func comment(_ reader: inout TokenReader) -> StatementAnalysis? {
        if reader.take("COLUMN") {
            guard var table = reader.takeName() else { return nil }
            if reader.takeSymbol("."), reader.takeName() != nil {
                // schema.table.column
            } else {
                guard let owner = table.schema else { return nil }
                table = SQLName(owner)
            }
            let name = facts.resolve(table)
            return change(name, .commentOnColumn, "comments on a column of \(name)", .shareUpdateExclusive)
        }
        if reader.take("TABLE") || reader.take("VIEW") || reader.take("MATERIALIZED", "VIEW") {
            guard let table = takeTable(&reader) else { return nil }
            return change(table, .commentOnTable, "comments on \(table)", .shareUpdateExclusive)
        }
        if reader.take("CONSTRAINT") || reader.take("TRIGGER") || reader.take("POLICY") || reader.take("RULE") {
            guard let name = reader.takeName(), reader.take("ON"), !reader.take("DOMAIN"),
                let table = takeTable(&reader)
            else { return nil }
            return change(table, .commentOnConstraint, "comments on \(name) of \(table)", .accessShare)
        }
        let words = ["FUNCTION", "PROCEDURE", "TYPE", "DOMAIN", "INDEX", "EXTENSION", "SCHEMA", "DATABASE"]
        guard let word = words.first(where: { reader.take($0) }), let name = reader.takeName() else { return nil }
        return StatementAnalysis(.commentOnOther, "comments on the \(word.lowercased()) \(name)")
    }

    func createOther(_ reader: inout TokenReader) -> StatementAnalysis? {
        if reader.take("TYPE") || reader.take("DOMAIN") {
            return reader.takeName().map { StatementAnalysis(.createType, "creates the type \($0)") }
        }
        if reader.take("EXTENSION") {
            _ = reader.take("IF", "NOT", "EXISTS")
            return reader.takeName().map { StatementAnalysis(.createExtension, "creates the extension \($0)") }
        }
        guard reader.take("SCHEMA") else { return nil }
        _ = reader.take("IF", "NOT", "EXISTS")
        guard let name = reader.takeName(), reader.isAtEnd else { return nil }
        return StatementAnalysis(.createSchema, "creates the schema \(name)")
    }

    func alterType(_ reader: inout TokenReader) -> StatementAnalysis? {
        guard let name = reader.takeName(), reader.take("ADD", "VALUE") else { return nil }
        var analysis = StatementAnalysis(.alterTypeAddValue, "adds a value to the type \(name)")
        analysis.previous = .depends("if it can read the new value")
        return analysis
    }

    /// What has no rows and no lock that others meet.
    func dropNamed(_ reader: inout TokenReader, _ kind: StatementKind, _ what: String) -> StatementAnalysis? {
        _ = reader.take("IF", "EXISTS")
        guard let name = reader.takeName() else { return nil }
        var analysis = StatementAnalysis(kind, "drops the \(what) \(name)")
        analysis.previous = .depends("if it does not use the \(what)")
        if reader.rest.contains(where: { $0.isWord("CASCADE") }) { analysis.cascade() }
        return analysis
    }

    func createView(_ reader: inout TokenReader, replaces: Bool) -> StatementAnalysis? {
        guard let name = takeTable(&reader) else { return nil }
        var analysis = StatementAnalysis(.createView, "\(replaces ? "replaces" : "creates") the view \(name)")
        analysis.readsOthers = true
        if replaces, facts.tables[name] != nil {
            analysis.lock(name, .accessExclusive)
            analysis.previous = .depends("if it can read the new columns")
        }
        analysis.changes.append(.addTable(name))
        return analysis
    }

    func createMaterializedView(_ reader: inout TokenReader) -> StatementAnalysis? {
        _ = reader.take("IF", "NOT", "EXISTS")
        guard let name = takeTable(&reader) else { return nil }
        var analysis = StatementAnalysis(.createView, "creates the materialized view \(name) and fills it")
        analysis.readsOthers = true
        read(by: reader.rest, into: name, &analysis)
        analysis.changes.append(.addTable(name))
        return analysis
    }

    func dropRelations(_ reader: inout TokenReader, _ kind: StatementKind, _ what: String) -> StatementAnalysis? {
        _ = reader.take("IF", "EXISTS")
        guard let (names, cascades) = takeTables(&reader) else { return nil }
        var analysis = StatementAnalysis(kind, "drops \(what) \(names.sentence)")
        for name in names {
            analysis.lock(name, .accessExclusive)
            analysis.changes.append(.dropTable(name))
        }
        analysis.previous = .incompatible("it may still use it")
        if cascades { analysis.cascade() }
        return analysis
    }
}
