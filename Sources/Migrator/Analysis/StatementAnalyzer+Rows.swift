/// Statements that read and write rows.
extension StatementAnalyzer {
    func rows(_ reader: inout TokenReader, _ statement: Statement) -> StatementAnalysis? {
        if reader.take("INSERT", "INTO") { return insert(&reader, statement) }
        if reader.take("UPDATE") { return update(&reader, statement) }
        if reader.take("DELETE", "FROM") { return delete(&reader, statement) }
        if let analysis = truncate(&reader) { return analysis }
        guard reader.take("SELECT") || reader.take("VALUES"), !statement.tokens.contains("FOR"),
            !statement.contains("INTO")
        else { return nil }
        var analysis = StatementAnalysis(.select, "runs a query")
        analysis.readsOthers = true
        if !statement.tokens.calls.isEmpty {
            analysis.notes.append("what its functions do is not looked at")
            analysis.isTimed = false
        }
        return analysis
    }

    private func insert(_ reader: inout TokenReader, _ statement: Statement) -> StatementAnalysis? {
        guard let table = takeTable(&reader) else { return nil }
        var analysis = StatementAnalysis(.insert, "adds rows to \(table)")
        write(to: table, &analysis)
        for key in facts.foreignKeys(of: table) where key.referenced != table {
            analysis.lock(key.referenced, .rowShare)
        }
        if statement.contains("SELECT") {
            analysis.readsOthers = true
            // The columns between parentheses are no call of the table.
            _ = reader.takeParentheses()
            read(by: reader.rest, into: table, &analysis)
        }
        return analysis
    }

    /// Rows that come from other tables: the larger those are, the longer it takes. What functions bring forth is not known.
    func read(by tokens: [Token], into table: SQLName, _ analysis: inout StatementAnalysis) {
        analysis.doWork(.rows, on: table)
        let names = Set(tokens.compactMap { $0.name })
        let sources = facts.tables.keys.filter { $0 != table && names.contains($0.name) }
        for source in sources.sorted(by: { $0.description < $1.description }) { analysis.doWork(.rows, on: source) }
        if sources.isEmpty, !tokens.calls.isEmpty { analysis.isTimed = false }
    }

    private func update(_ reader: inout TokenReader, _ statement: Statement) -> StatementAnalysis? {
        _ = reader.take("ONLY")
        guard let table = takeTable(&reader) else { return nil }
        var analysis = StatementAnalysis(.update, "changes rows of \(table)")
        write(to: table, &analysis)
        analysis.readsOthers = statement.contains("FROM") || statement.contains("SELECT")
        if analysis.readsOthers {
            read(by: statement.tokens, into: table, &analysis)
        } else {
            analysis.doWork(.rows, on: table)
        }
        follow(updateOf: updatedColumns(reader), table, &analysis, seen: [table])
        if !statement.containsOutside("WHERE") { analysis.destroys = "what the columns of \(table) had in all rows" }
        return analysis
    }

    private func delete(_ reader: inout TokenReader, _ statement: Statement) -> StatementAnalysis? {
        _ = reader.take("ONLY")
        guard let table = takeTable(&reader) else { return nil }
        var analysis = StatementAnalysis(.delete, "deletes rows of \(table)")
        write(to: table, &analysis)
        analysis.doWork(.rows, on: table)
        analysis.readsOthers = statement.contains("USING") || statement.contains("SELECT")
        follow(deleteFrom: table, &analysis, seen: [table])
        analysis.destroys = statement.containsOutside("WHERE") ? "rows of \(table)" : "all rows of \(table)"
        return analysis
    }

    private func write(to table: SQLName, _ analysis: inout StatementAnalysis) {
        analysis.lock(table, .rowExclusive)
        analysis.previous = .depends("if it works with these rows")
        if facts.tables[table]?.hasTriggers == true {
            analysis.notes.append("runs the triggers of \(table), which are not looked at")
        }
    }

    /// The names on the left of `SET a = …, (b, c) = …`; `nil` if they cannot be told.
    private func updatedColumns(_ reader: TokenReader) -> Set<String>? {
        var reader = reader
        while let token = reader.peek(), !token.isWord("SET") { _ = reader.next() }
        guard reader.take("SET") else { return nil }
        var columns: Set<String> = []
        for assignment in reader.rest.splitByCommas() {
            var reader = TokenReader(assignment)
            if let names = reader.takeNames() {
                columns.formUnion(names)
            } else if let name = reader.takeName() {
                columns.insert(name.name)
            }
        }
        return columns
    }

    /// Foreign keys from and to columns that change.
    private func follow(
        updateOf columns: Set<String>?, _ table: SQLName, _ analysis: inout StatementAnalysis, seen: Set<SQLName>
    ) {
        for key in facts.foreignKeys(of: table) where key.referenced != table {
            if columns.map({ !$0.isDisjoint(with: key.columns) }) ?? true { analysis.lock(key.referenced, .rowShare) }
        }
        for key in facts.foreignKeys(to: table) where !seen.contains(key.table) {
            guard columns.map({ !$0.isDisjoint(with: key.referencedColumns) }) ?? true else { continue }
            analysis.lock(key.table, key.onUpdate == .refuse ? .rowShare : .rowExclusive)
            guard key.onUpdate != .refuse else { continue }
            follow(updateOf: Set(key.columns), key.table, &analysis, seen: seen.union([key.table]))
        }
    }

    /// Rows that refer to those that go.
    private func follow(deleteFrom table: SQLName, _ analysis: inout StatementAnalysis, seen: Set<SQLName>) {
        for key in facts.foreignKeys(to: table) where !seen.contains(key.table) {
            analysis.lock(key.table, key.onDelete == .refuse ? .rowShare : .rowExclusive)
            switch key.onDelete {
            case .refuse: break
            case .delete: follow(deleteFrom: key.table, &analysis, seen: seen.union([key.table]))
            case .update: follow(updateOf: Set(key.columns), key.table, &analysis, seen: seen.union([key.table]))
            }
        }
    }
}
