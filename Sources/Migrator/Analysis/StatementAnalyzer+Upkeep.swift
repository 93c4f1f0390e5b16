/// Sequences, settings, and what keeps a database in shape.
extension StatementAnalyzer {
    func createSequence(_ reader: inout TokenReader) -> StatementAnalysis? {
        _ = reader.take("IF", "NOT", "EXISTS")
        guard let name = takeTable(&reader) else { return nil }
        var analysis = StatementAnalysis(.createSequence, "creates the sequence \(name)")
        analysis.changes.append(.addTable(name))
        while let token = reader.next() {
            guard token.isWord("OWNED"), reader.take("BY"), !reader.take("NONE") else { continue }
            guard let owner = reader.takeName() else { return nil }
            if reader.takeSymbol("."), reader.takeName() != nil {
                analysis.lock(facts.resolve(owner), .accessShare)
            } else if let table = owner.schema {
                analysis.lock(facts.resolve(SQLName(table)), .accessShare)
            }
        }
        return analysis
    }

    func alterSequence(_ reader: inout TokenReader) -> StatementAnalysis? {
        _ = reader.take("IF", "EXISTS")
        guard let name = takeTable(&reader) else { return nil }
        let words = ["RENAME", "OWNED", "OWNER", "SCHEMA"]
        guard !reader.rest.contains(where: { token in words.contains { token.isWord($0) } }) else { return nil }
        return change(name, .alterSequence, "changes the sequence \(name)", .shareRowExclusive)
    }

    func maintenance(_ reader: inout TokenReader) -> StatementAnalysis? {
        if reader.take("REFRESH", "MATERIALIZED", "VIEW") { return refresh(&reader) }
        if reader.take("LOCK") { return lockTables(&reader) }
        if reader.take("ANALYZE") {
            _ = reader.take("VERBOSE")
            guard let table = takeTable(&reader) else { return nil }
            var analysis = change(table, .analyze, "samples \(table) for the planner", .shareUpdateExclusive)
            analysis.notes.append("reads a sample of the table, whatever its size")
            return analysis
        }
        guard reader.take("VACUUM") else { return nil }
        let options = reader.takeParentheses() ?? []
        let isFull = reader.take("FULL") || options.contains("FULL")
        guard let table = takeTable(&reader), reader.isAtEnd else { return nil }
        var analysis = change(
            table, .vacuum, isFull ? "writes \(table) anew" : "clears \(table) of dead rows",
            isFull ? .accessExclusive : .shareUpdateExclusive)
        if isFull { analysis.rewrite = .certain }
        analysis.doWork(isFull ? .rewrite : .scan, on: table)
        return analysis
    }

    private func refresh(_ reader: inout TokenReader) -> StatementAnalysis? {
        let isConcurrent = reader.take("CONCURRENTLY")
        guard let view = takeTable(&reader) else { return nil }
        var analysis = change(
            view, .refreshMaterializedView, "fills the materialized view \(view) anew",
            isConcurrent ? .exclusive : .accessExclusive)
        analysis.readsOthers = true
        analysis.doWork(.rows, on: view)
        return analysis
    }

    private func lockTables(_ reader: inout TokenReader) -> StatementAnalysis? {
        _ = reader.take("TABLE")
        _ = reader.take("ONLY")
        var tables: [SQLName] = []
        repeat {
            guard let table = takeTable(&reader) else { return nil }
            tables.append(table)
        } while reader.takeSymbol(",")
        var level = LockLevel.accessExclusive
        if reader.take("IN") {
            let words = reader.rest.prefix { !$0.isWord("MODE") }.map { $0.text.uppercased() }
            guard let named = LockLevel.allCases.first(where: { $0.description == words.joined(separator: " ") }) else {
                return nil
            }
            level = named
        }
        var analysis = StatementAnalysis(.lockTable, "locks \(tables.sentence)")
        for table in tables { analysis.lock(table, level) }
        return analysis
    }

    func setting(_ reader: inout TokenReader) -> StatementAnalysis? {
        guard reader.take("SET") || reader.take("RESET") else { return nil }
        let isLocal = reader.take("LOCAL")
        if !isLocal { _ = reader.take("SESSION") }
        guard let name = reader.takeName() else { return nil }
        let place = isLocal ? " for this file" : ""
        return StatementAnalysis(.setting, "changes the setting \(name)\(place)")
    }
}
