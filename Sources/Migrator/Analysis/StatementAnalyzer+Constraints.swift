/// ADD, VALIDATE, ALTER and DROP CONSTRAINT.
extension StatementAnalyzer {
    func addConstraint(_ tokens: [Token], to table: SQLName) -> StatementAnalysis? {
        guard let constraint = TableConstraint(tokens) else { return nil }
        let name = constraint.name.map { " \($0)" } ?? ""
        var analysis = StatementAnalysis()
        switch constraint.kind {
        case .check:
            analysis = change(table, .addCheck, "adds the check\(name) to \(table)", .accessExclusive)
        case .foreignKey(let columns, let reference):
            let key = reference.foreignKey(constraint.name, of: table, columns, facts)
            let does = "adds the foreign key\(name) from \(table) to \(key.referenced)"
            analysis = change(table, .addForeignKey, does, .shareRowExclusive)
            refer(key, &analysis)
        case .unique: analysis = change(table, .addUnique, "makes\(name) unique in \(table)", .accessExclusive)
        case .primaryKey:
            analysis = change(table, .addPrimaryKey, "adds the primary key\(name) to \(table)", .accessExclusive)
        case .exclusion:
            analysis = change(table, .addExclusion, "adds the exclusion\(name) to \(table)", .accessExclusive)
        case .keyUsingIndex(let isPrimary):
            let does = "makes an index of \(table) its \(isPrimary ? "primary" : "unique") key"
            analysis = change(table, .addKeyUsingIndex, does, .accessExclusive)
            if isPrimary { analysis.doWork(.scan, on: table) }
        }
        if !constraint.isNotValid { check(constraint.kind, of: table, &analysis) }
        analysis.expect(.depends("if all that it writes keeps the constraint"))
        return analysis
    }

    /// Rows that are there already.
    private func check(_ kind: TableConstraint.Kind, of table: SQLName, _ analysis: inout StatementAnalysis) {
        switch kind {
        case .check, .foreignKey: analysis.doWork(.scan, on: table)
        case .unique, .primaryKey, .exclusion: analysis.doWork(.index, on: table)
        case .keyUsingIndex: break
        }
    }

    func validate(_ reader: inout TokenReader, of table: SQLName) -> StatementAnalysis? {
        guard let name = reader.takeName() else { return nil }
        var analysis = change(
            table, .validateConstraint, "checks the rows of \(table) against \(name)", .shareUpdateExclusive)
        for key in facts.foreignKeys(of: table) where key.name == name.name { analysis.lock(key.referenced, .rowShare) }
        analysis.doWork(.scan, on: table)
        return analysis
    }

    func alterConstraint(_ reader: inout TokenReader, of table: SQLName) -> StatementAnalysis? {
        guard let name = reader.takeName() else { return nil }
        let does = "changes when \(name) of \(table) is checked"
        return change(table, .alterConstraint, does, .accessExclusive, .depends("if it expects no other time"))
    }

    func dropConstraint(_ reader: inout TokenReader, of table: SQLName) -> StatementAnalysis? {
        _ = reader.take("IF", "EXISTS")
        guard let name = reader.takeName() else { return nil }
        let previous = StatementAnalysis.Compatibility.depends("if it does not rely on \(name), as ON CONFLICT does")
        var analysis = change(
            table, .dropConstraint, "drops the constraint \(name) of \(table)", .accessExclusive, previous)
        for key in facts.foreignKeys(of: table) where key.name == name.name {
            analysis.lock(key.referenced, .accessExclusive)
        }
        analysis.changes.append(.dropConstraint(name.name, of: table))
        if reader.take("CASCADE") { analysis.cascade() }
        return analysis
    }
}
