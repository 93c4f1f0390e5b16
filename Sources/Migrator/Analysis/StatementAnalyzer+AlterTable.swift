/// ALTER TABLE, with one action or several.
extension StatementAnalyzer {
    func alterTable(_ reader: inout TokenReader) -> StatementAnalysis? {
        _ = reader.take("IF", "EXISTS")
        _ = reader.take("ONLY")
        guard let table = takeTable(&reader) else { return nil }
        _ = reader.takeSymbol("*")
        var analysis = StatementAnalysis()
        for action in reader.rest.splitByCommas() {
            var reader = TokenReader(action)
            guard let part = self.action(&reader, on: table) else { return nil }
            analysis.add(part)
        }
        return analysis
    }

    private func action(_ reader: inout TokenReader, on table: SQLName) -> StatementAnalysis? {
        if reader.take("ADD") { return add(&reader, to: table) }
        if reader.take("DROP", "CONSTRAINT") { return dropConstraint(&reader, of: table) }
        if reader.take("DROP") { return dropColumn(&reader, of: table) }
        if reader.take("ALTER", "CONSTRAINT") { return alterConstraint(&reader, of: table) }
        if reader.take("ALTER") { return alterColumn(&reader, of: table) }
        if reader.take("VALIDATE", "CONSTRAINT") { return validate(&reader, of: table) }
        if reader.take("RENAME") { return rename(&reader, table) }
        if reader.take("SET", "SCHEMA") { return move(&reader, table) }
        return state(&reader, of: table)
    }

    private func add(_ reader: inout TokenReader, to table: SQLName) -> StatementAnalysis? {
        if TableConstraint.begins(reader.rest) { return addConstraint(reader.rest, to: table) }
        _ = reader.take("COLUMN")
        _ = reader.take("IF", "NOT", "EXISTS")
        return ColumnDefinition(reader.rest).map { addColumn($0, to: table) }
    }

    private func rename(_ reader: inout TokenReader, _ table: SQLName) -> StatementAnalysis? {
        if reader.take("TO") {
            guard let name = reader.takeName() else { return nil }
            let renamed = SQLName(name.name, schema: table.schema)
            var analysis = StatementAnalysis(.renameTable, "renames the table \(table) to \(name)")
            analysis.lock(table, .accessExclusive)
            analysis.previous = .incompatible("it looks for the old name")
            analysis.changes.append(.renameTable(table, to: renamed))
            return analysis
        }
        let isConstraint = reader.take("CONSTRAINT")
        if !isConstraint { _ = reader.take("COLUMN") }
        guard let old = reader.takeName(), reader.take("TO"), let new = reader.takeName() else { return nil }
        let what = isConstraint ? "constraint" : "column"
        var analysis = StatementAnalysis(
            isConstraint ? .renameConstraint : .renameColumn, "renames the \(what) \(old) of \(table) to \(new)")
        analysis.lock(table, .accessExclusive)
        analysis.previous =
            isConstraint ? .depends("if it does not name the constraint") : .incompatible("it looks for the old name")
        return analysis
    }

    private func move(_ reader: inout TokenReader, _ table: SQLName) -> StatementAnalysis? {
        guard let schema = reader.takeName() else { return nil }
        var analysis = StatementAnalysis(.setSchema, "moves the table \(table) to the schema \(schema)")
        analysis.lock(table, .accessExclusive)
        analysis.previous = .incompatible("it looks for the table in the old schema")
        analysis.changes.append(.renameTable(table, to: facts.resolve(SQLName(table.name, schema: schema.name))))
        return analysis
    }

    /// What concerns the table as a whole.
    private func state(_ reader: inout TokenReader, of table: SQLName) -> StatementAnalysis? {
        if reader.take("SET", "LOGGED") || reader.take("SET", "UNLOGGED") { return setLogged(table) }
        if reader.take("SET") || reader.take("RESET") { return setOptions(&reader, of: table) }
        if reader.take("OWNER", "TO") {
            return change(table, .owner, "changes the owner of \(table)", .accessExclusive)
        }
        if reader.take("REPLICA", "IDENTITY") {
            return change(table, .replicaIdentity, "changes the replica identity of \(table)", .accessExclusive)
        }
        let turnsOn = reader.take("ENABLE")
        guard turnsOn || reader.take("DISABLE") else { return nil }
        let verb = turnsOn ? "enables" : "disables"
        _ = reader.take("REPLICA") || reader.take("ALWAYS")
        if reader.take("TRIGGER"), let trigger = reader.takeName() {
            let does = "\(verb) the trigger \(trigger) of \(table)"
            return change(table, .triggerState, does, .shareRowExclusive, .depends("if it works with that"))
        }
        guard reader.take("ROW", "LEVEL", "SECURITY") else { return nil }
        let does = "\(verb) row level security of \(table)"
        return change(table, .rowSecurity, does, .accessExclusive, .depends("if its role may still see the rows"))
    }

    /// Options of which each one may be set while rows are written.
    private static let lightOptions: Set<String> = [
        "fillfactor", "parallel_workers", "toast_tuple_target", "vacuum_index_cleanup", "vacuum_truncate",
        "log_autovacuum_min_duration",
    ]

    private func setOptions(_ reader: inout TokenReader, of table: SQLName) -> StatementAnalysis? {
        guard let options = reader.takeParentheses()?.splitByCommas(), reader.isAtEnd else { return nil }
        var names: [String] = []
        for option in options {
            var reader = TokenReader(option)
            guard let name = reader.takeName() else { return nil }
            guard Self.lightOptions.contains(name.name) || name.name.hasPrefix("autovacuum_") else { return nil }
            names.append(name.description)
        }
        let does = "sets \(names.joined(separator: ", ")) of \(table)"
        return change(table, .setOptions, does, .shareUpdateExclusive)
    }

    private func setLogged(_ table: SQLName) -> StatementAnalysis {
        var analysis = change(table, .setLogged, "changes whether \(table) survives a crash", .accessExclusive)
        analysis.rewrite = .certain
        analysis.doWork(.rewrite, on: table)
        return analysis
    }

    /// A change that takes no longer for a large table than for a small one.
    func change(
        _ table: SQLName, _ kind: StatementKind, _ does: String, _ level: LockLevel,
        _ previous: StatementAnalysis.Compatibility = .compatible
    ) -> StatementAnalysis {
        var analysis = StatementAnalysis(kind, does)
        analysis.lock(table, level)
        analysis.previous = previous
        return analysis
    }
}
