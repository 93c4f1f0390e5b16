/// What a plan has to know of a schema beside the statements: a value, read from the catalog or followed through files.
package struct SchemaFacts: Sendable, Equatable {
    /// A table, view or sequence, as far as it matters to what a statement costs.
    package struct Table: Sendable, Equatable {
        /// With indexes and long values.
        package var bytes: Int64
        /// What the server believes.
        package var rows: Int64
        /// Made by a statement of the same plan, so that nobody uses it yet.
        package var isNew: Bool
        /// Whether there are any beside those that PostgreSQL makes for constraints.
        package var hasTriggers: Bool

        /// Unless told otherwise, an empty one of before the plan.
        package init(bytes: Int64 = 0, rows: Int64 = 0, isNew: Bool = false, hasTriggers: Bool = false) {
            self.bytes = bytes
            self.rows = rows
            self.isNew = isNew
            self.hasTriggers = hasTriggers
        }
    }

    /// A constraint by which the rows of one table refer to those of another one, or of the same.
    package struct ForeignKey: Sendable, Equatable {
        /// What happens to the row that refers to another one that goes or changes its key.
        package enum Action: Sendable, Equatable {
            case refuse, delete, update
        }

        /// The constraint's.
        package let name: String
        /// The one that refers.
        package let table: SQLName
        /// Those that refer, in no particular order.
        package let columns: [String]
        /// The table referred to.
        package let referenced: SQLName
        /// Empty: the primary key's.
        package let referencedColumns: [String]
        /// When the row referred to goes.
        package let onDelete: Action
        /// When the key of the row referred to changes.
        package let onUpdate: Action

        /// By default it refers to the primary key, and refuses what would leave a row without its partner.
        package init(
            name: String, table: SQLName, columns: [String], referenced: SQLName, referencedColumns: [String] = [],
            onDelete: Action = .refuse, onUpdate: Action = .refuse
        ) {
            self.name = name
            self.table = table
            self.columns = columns
            self.referenced = referenced
            self.referencedColumns = referencedColumns
            self.onDelete = onDelete
            self.onUpdate = onUpdate
        }
    }

    /// Where names without a schema are looked for.
    package var schema: String
    /// Views and sequences too.
    package var tables: [SQLName: Table]
    /// Of all tables.
    package var foreignKeys: [ForeignKey]
    /// The table of each index.
    package var indexes: [SQLName: SQLName]
    /// Whether a type that is named somewhere is a domain.
    package var domains: [String: Bool]
    /// Whether a function that is named somewhere may answer differently from row to row.
    package var volatileFunctions: [String: Bool]

    /// Nothing is there, unless it is given. Names in ``schema`` are to be without it.
    package init(
        schema: String = "public", tables: [SQLName: Table] = [:], foreignKeys: [ForeignKey] = [],
        indexes: [SQLName: SQLName] = [:], domains: [String: Bool] = [:], volatileFunctions: [String: Bool] = [:]
    ) {
        self.schema = schema
        self.tables = tables
        self.foreignKeys = foreignKeys
        self.indexes = indexes
        self.domains = domains
        self.volatileFunctions = volatileFunctions
    }

    /// One name for one thing, whether its schema was written or not.
    func resolve(_ name: SQLName) -> SQLName {
        name.schema == schema ? SQLName(name.name) : name
    }

    func foreignKeys(of table: SQLName) -> [ForeignKey] { foreignKeys.filter { $0.table == table } }

    func foreignKeys(to table: SQLName) -> [ForeignKey] { foreignKeys.filter { $0.referenced == table } }

    /// The tables are older than the plan from here on.
    package mutating func age() {
        for name in tables.keys { tables[name]?.isNew = false }
    }
}

/// What a statement changes of that.
package enum SchemaChange: Sendable, Equatable {
    case addTable(SQLName)
    case dropTable(SQLName)
    case renameTable(SQLName, to: SQLName)
    case addIndex(SQLName, on: SQLName)
    case dropIndex(SQLName)
    case addForeignKey(SchemaFacts.ForeignKey)
    case dropConstraint(String, of: SQLName)
    case addTrigger(on: SQLName)
}

extension SchemaFacts {
    /// Follows a statement that has run.
    package mutating func apply(_ changes: [SchemaChange]) {
        for change in changes { apply(change) }
    }

    private mutating func apply(_ change: SchemaChange) {
        switch change {
        case .addTable(let table): tables[table] = tables[table] ?? Table(isNew: true)
        case .dropTable(let table):
            tables[table] = nil
            foreignKeys.removeAll { $0.table == table || $0.referenced == table }
            indexes = indexes.filter { $0.value != table }
        case .renameTable(let table, let name): rename(table, to: name)
        case .addIndex(let index, let table): indexes[index] = table
        case .dropIndex(let index): indexes[index] = nil
        case .addForeignKey(let key): foreignKeys.append(key)
        case .dropConstraint(let name, let table):
            foreignKeys.removeAll { $0.table == table && $0.name == name }
            if indexes[SQLName(name)] == table { indexes[SQLName(name)] = nil }
        case .addTrigger(let table): tables[table]?.hasTriggers = true
        }
    }

    private mutating func rename(_ table: SQLName, to name: SQLName) {
        tables[name] = tables.removeValue(forKey: table)
        indexes = indexes.mapValues { $0 == table ? name : $0 }
        foreignKeys = foreignKeys.map { key in
            ForeignKey(
                name: key.name, table: key.table == table ? name : key.table, columns: key.columns,
                referenced: key.referenced == table ? name : key.referenced,
                referencedColumns: key.referencedColumns, onDelete: key.onDelete, onUpdate: key.onUpdate)
        }
    }
}
