/// What a plan has to know of a schema beside the statements: a value, read from the catalog or followed through files.
package struct SchemaFacts: Sendable, Equatable {
    package struct Table: Sendable, Equatable {
        /// With indexes and long values.
        package var bytes: Int64
        /// What the server believes.
        package var rows: Int64
        /// Made by a statement of the same plan, so that nobody uses it yet.
        package var isNew: Bool
        package var hasTriggers: Bool

        package init(bytes: Int64 = 0, rows: Int64 = 0, isNew: Bool = false, hasTriggers: Bool = false) {
            self.bytes = bytes
            self.rows = rows
            self.isNew = isNew
            self.hasTriggers = hasTriggers
        }
    }

    package struct ForeignKey: Sendable, Equatable {
        /// What happens to the row that refers to another one that goes or changes its key.
        package enum Action: Sendable, Equatable {
            case refuse, delete, update
        }

        package let name: String
        package let table: SQLName
        package let columns: [String]
        package let referenced: SQLName
        /// Empty: the primary key's.
        package let referencedColumns: [String]
        package let onDelete: Action
        package let onUpdate: Action

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
    package var foreignKeys: [ForeignKey]
    /// The table of each index.
    package var indexes: [SQLName: SQLName]
    /// Whether a type that is named somewhere is a domain.
    package var domains: [String: Bool]
    /// Whether a function that is named somewhere may answer differently from row to row.
    package var volatileFunctions: [String: Bool]

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
