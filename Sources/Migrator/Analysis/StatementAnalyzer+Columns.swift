/// ADD COLUMN, DROP COLUMN, ALTER COLUMN.
extension StatementAnalyzer {
    func addColumn(_ column: ColumnDefinition, to table: SQLName) -> StatementAnalysis {
        var analysis = StatementAnalysis(.addColumn, "adds the column \(column.name) to \(table)")
        analysis.lock(table, .accessExclusive)
        fill(column, of: table, &analysis)
        if column.hasCheck { analysis.doWork(.scan, on: table) }
        if column.isUnique || column.isPrimaryKey {
            analysis.kinds.append(.addColumnWithKey)
            analysis.doWork(.index, on: table)
        }
        if let reference = column.reference {
            analysis.kinds.append(.addColumnWithReference)
            refer(reference.foreignKey(nil, of: table, [column.name], facts), &analysis)
            if column.standard != nil { analysis.doWork(.scan, on: table) }
        }
        return analysis
    }

    /// What rows that are there get in a new column.
    private func fill(_ column: ColumnDefinition, of table: SQLName, _ analysis: inout StatementAnalysis) {
        let hasValue = column.isIdentity || column.isGenerated || column.standard != nil || column.isSerial
        if column.isIdentity || column.isGenerated || column.isSerial {
            analysis.rewrite = .certain
        } else if domain(column) == true {
            analysis.rewrite = .perhaps("if the domain \(column.typeName) has constraints")
        } else if domain(column) == nil {
            analysis.rewrite = .perhaps("if the type \(column.typeName) is a domain with constraints")
        } else if let standard = column.standard {
            analysis.rewrite = rewrite(for: standard)
        }
        if analysis.rewrite != .none { analysis.doWork(.rewrite, on: table) }
        guard column.isNotNull || column.isPrimaryKey, !hasValue else { return }
        analysis.doWork(.scan, on: table)
        analysis.notes.append("fails if the table has rows")
        analysis.expect(.incompatible("its INSERTs lack the column"))
    }

    /// Whether a column is of a domain; `nil` if nobody knows.
    private func domain(_ column: ColumnDefinition) -> Bool? {
        ColumnDefinition.standardTypes.contains(column.typeName) ? false : facts.domains[column.typeName]
    }

    /// A default that is the same for all rows is kept in the catalog; another one is written into each row.
    private func rewrite(for standard: [Token]) -> StatementAnalysis.Rewrite {
        let unknown = standard.calls.filter { !Self.sameForAllRows.contains($0) }
        if unknown.contains(where: { Self.differentForEachRow.contains($0) || facts.volatileFunctions[$0] == true }) {
            return .certain
        }
        let doubtful = unknown.filter { facts.volatileFunctions[$0] == nil }
        return doubtful.isEmpty ? .none : .perhaps("if \(doubtful.joined(separator: " or ")) is volatile")
    }

    private static let sameForAllRows: Set<String> = [
        "now", "transaction_timestamp", "statement_timestamp", "current_setting", "lower", "upper", "coalesce",
        "date_trunc", "array", "row", "md5", "sha256", "convert_to", "to_timestamp", "make_interval", "numeric",
        "varchar", "char", "decimal", "nullif", "greatest", "least",
    ]

    private static let differentForEachRow: Set<String> = [
        "random", "gen_random_uuid", "uuidv4", "uuidv7", "clock_timestamp", "timeofday", "nextval", "setval",
    ]

    func dropColumn(_ reader: inout TokenReader, of table: SQLName) -> StatementAnalysis? {
        _ = reader.take("COLUMN")
        _ = reader.take("IF", "EXISTS")
        guard let column = reader.takeName() else { return nil }
        var analysis = StatementAnalysis(.dropColumn, "drops the column \(column) of \(table)")
        analysis.lock(table, .accessExclusive)
        for key in facts.foreignKeys(of: table) where key.columns.contains(column.name) {
            analysis.lock(key.referenced, .accessExclusive)
            analysis.changes.append(.dropConstraint(key.name, of: table))
        }
        analysis.previous = .incompatible("it may still use the column")
        analysis.destroys = "the column \(column) of \(table)"
        if reader.take("CASCADE") { analysis.cascade() }
        return analysis
    }

    func alterColumn(_ reader: inout TokenReader, of table: SQLName) -> StatementAnalysis? {
        _ = reader.take("COLUMN")
        guard let column = reader.takeName()?.name else { return nil }
        let place = "\(column) of \(table)"
        if reader.take("SET", "DATA", "TYPE") || reader.take("TYPE") { return columnType(column, of: table) }
        if reader.take("SET", "NOT", "NULL") {
            var analysis = change(
                table, .setNotNull, "forbids NULL in \(place)", .accessExclusive, .depends("if it never writes NULL"))
            analysis.doWork(.scan, on: table)
            return analysis
        }
        if reader.take("DROP", "NOT", "NULL") {
            let previous = StatementAnalysis.Compatibility.depends("if it can read NULL")
            return change(table, .dropNotNull, "allows NULL in \(place)", .accessExclusive, previous)
        }
        if reader.take("SET", "DEFAULT") {
            return change(table, .setDefault, "sets the default of \(place)", .accessExclusive)
        }
        if reader.take("DROP", "DEFAULT") {
            let previous = StatementAnalysis.Compatibility.depends("if it always writes the column")
            return change(table, .dropDefault, "drops the default of \(place)", .accessExclusive, previous)
        }
        return columnState(&reader, place, of: table)
    }

    private func columnState(_ reader: inout TokenReader, _ place: String, of table: SQLName) -> StatementAnalysis? {
        if reader.take("SET", "STATISTICS") {
            return change(table, .columnStatistics, "sets the statistics target of \(place)", .shareUpdateExclusive)
        }
        if reader.take("SET", "STORAGE") || reader.take("SET", "COMPRESSION") {
            return change(table, .columnStorage, "changes how new values of \(place) are stored", .accessExclusive)
        }
        if reader.peek(1)?.isSymbol("(") == true, reader.take("SET") || reader.take("RESET") {
            return change(table, .columnOptions, "sets options of \(place)", .shareUpdateExclusive)
        }
        guard reader.take("ADD", "GENERATED") || reader.take("SET", "GENERATED") || reader.take("DROP", "IDENTITY")
        else { return nil }
        let previous = StatementAnalysis.Compatibility.depends("if its INSERTs fit")
        return change(table, .columnIdentity, "changes the identity of \(place)", .accessExclusive, previous)
    }

    private func columnType(_ column: String, of table: SQLName) -> StatementAnalysis {
        var analysis = change(
            table, .columnType, "changes the type of \(column) of \(table)", .accessExclusive,
            .incompatible("it expects the old type"))
        analysis.rewrite = .perhaps("unless the old type is stored in the same way")
        analysis.doWork(.rewrite, on: table)
        analysis.destroys = "what the new type of \(column) of \(table) cannot hold"
        // Keys over the column are made anew.
        for key in facts.foreignKeys(of: table) where key.columns.contains(column) {
            analysis.lock(key.referenced, .accessExclusive)
        }
        for key in facts.foreignKeys(to: table) where key.referencedColumns.contains(column) {
            analysis.lock(key.table, .accessExclusive)
            analysis.doWork(.scan, on: key.table)
        }
        return analysis
    }
}

extension ColumnDefinition {
    /// Spelled by the SQL standard or by habit, and not found under this name in `pg_type`.
    static let standardTypes: Set<String> = [
        "bigint", "integer", "int", "smallint", "real", "double", "dec", "decimal", "character", "char", "varchar",
        "national", "boolean", "bit", "timestamp", "time", "text", "bytea", "timestamptz", "timetz", "date", "uuid",
        "inet", "cidr", "json", "jsonb", "numeric", "interval", "bool", "int2", "int4", "int8", "float4", "float8",
        "float", "tsvector", "macaddr", "money", "name", "oid", "xml", "point", "tsquery",
    ]

    var typeName: String {
        // With a schema the name is behind the point.
        guard type.count >= 3, type[1].isSymbol("."), let name = type[2].name else { return type.first?.name ?? "" }
        return name
    }

    var isSerial: Bool { ["serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"].contains(typeName) }
}
