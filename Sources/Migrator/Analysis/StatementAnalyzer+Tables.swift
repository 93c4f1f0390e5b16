/// CREATE TABLE, DROP TABLE, TRUNCATE.
extension StatementAnalyzer {
    func createTable(_ reader: inout TokenReader) -> StatementAnalysis? {
        let isOptional = reader.take("IF", "NOT", "EXISTS")
        guard let table = takeTable(&reader), let elements = reader.takeParentheses() else { return nil }
        let rest = reader.rest
        guard !rest.contains("INHERITS"), !rest.contains("AS"), !rest.contains("OF") else { return nil }
        var analysis = StatementAnalysis(.createTable, "creates the table \(table)\(isOptional ? ", if needed" : "")")
        analysis.changes.append(.addTable(table))
        for element in elements.splitByCommas() where !element.isEmpty {
            guard add(element, of: table, to: &analysis) else { return nil }
        }
        if analysis.locks.values.contains(.shareRowExclusive) { analysis.kinds = [.createTableWithReference] }
        return analysis
    }

    private func add(_ element: [Token], of table: SQLName, to analysis: inout StatementAnalysis) -> Bool {
        if element.first?.isWord("LIKE") == true {
            var reader = TokenReader(Array(element.dropFirst()))
            guard let model = takeTable(&reader) else { return false }
            analysis.lock(model, .accessShare)
            return true
        }
        if TableConstraint.begins(element) {
            guard let constraint = TableConstraint(element) else { return false }
            guard case .foreignKey(let columns, let reference) = constraint.kind else { return true }
            refer(reference.foreignKey(constraint.name, of: table, columns, facts), &analysis)
            return true
        }
        guard let column = ColumnDefinition(element) else { return false }
        if let reference = column.reference {
            refer(reference.foreignKey(nil, of: table, [column.name], facts), &analysis)
        }
        return true
    }

    /// A new foreign key puts triggers on the table that it refers to.
    func refer(_ key: SchemaFacts.ForeignKey, _ analysis: inout StatementAnalysis) {
        if key.referenced != key.table { analysis.lock(key.referenced, .shareRowExclusive) }
        analysis.changes.append(.addForeignKey(key))
    }

    func dropTables(_ reader: inout TokenReader) -> StatementAnalysis? {
        _ = reader.take("IF", "EXISTS")
        guard let (tables, cascades) = takeTables(&reader) else { return nil }
        var analysis = StatementAnalysis(.dropTable, "drops the table \(tables.sentence)")
        for table in tables {
            analysis.lock(table, .accessExclusive)
            for key in facts.foreignKeys(of: table) { analysis.lock(key.referenced, .accessExclusive) }
            if cascades {
                for key in facts.foreignKeys(to: table) { analysis.lock(key.table, .accessExclusive) }
            }
            analysis.changes.append(.dropTable(table))
        }
        let isNew = tables.allSatisfy { facts.tables[$0]?.isNew == true }
        analysis.destroys = isNew ? nil : "the table \(tables.sentence)"
        analysis.previous = isNew ? .compatible : .incompatible("it may still use the table")
        if cascades { analysis.cascade() }
        return analysis
    }

    func truncate(_ reader: inout TokenReader) -> StatementAnalysis? {
        guard reader.take("TRUNCATE") else { return nil }
        _ = reader.take("TABLE")
        _ = reader.take("ONLY")
        var tables: [SQLName] = []
        repeat {
            guard let table = takeTable(&reader) else { return nil }
            tables.append(table)
        } while reader.takeSymbol(",")
        _ = reader.take("RESTART", "IDENTITY") || reader.take("CONTINUE", "IDENTITY")
        let cascades = reader.take("CASCADE")
        var analysis = StatementAnalysis(.truncate, "removes all rows of \(tables.sentence)")
        for table in tables { analysis.lock(table, .accessExclusive) }
        analysis.destroys = "all rows of \(tables.sentence)"
        analysis.previous = .depends("if it works without these rows")
        if cascades { analysis.cascade() }
        return analysis
    }
}

extension StatementAnalysis {
    /// What depends on it goes too, and nobody has counted that.
    mutating func cascade() {
        isKnown = false
        notes.append("CASCADE reaches what depends on it, which is not looked up")
        destroys = (destroys.map { "\($0) and " } ?? "") + "whatever depends on it"
        expect(.incompatible("it may still use what depends on it"))
    }
}
