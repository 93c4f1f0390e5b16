/// A column of CREATE TABLE or ADD COLUMN.
struct ColumnDefinition {
    let name: String
    let type: [Token]
    private(set) var isNotNull = false
    private(set) var standard: [Token]?
    private(set) var isIdentity = false
    /// Computed and stored.
    private(set) var isGenerated = false
    private(set) var hasCheck = false
    private(set) var isUnique = false
    private(set) var isPrimaryKey = false
    private(set) var reference: Reference?

    /// Words with which something begins that is not part of a type or an expression.
    private static let openings: Set<String> = [
        "CONSTRAINT", "NOT", "NULL", "DEFAULT", "CHECK", "UNIQUE", "PRIMARY", "REFERENCES", "GENERATED", "COLLATE",
        "STORAGE", "COMPRESSION", "DEFERRABLE", "INITIALLY", "NO", "ENFORCED",
    ]

    /// - Returns: `nil` if this is no column.
    init?(_ tokens: [Token]) {
        var reader = TokenReader(tokens)
        guard let name = reader.next()?.name else { return nil }
        self.name = name
        self.type = Self.takeUntilOpening(&reader)
        guard !type.isEmpty else { return nil }
        while !reader.isAtEnd {
            guard takeConstraint(&reader) else { return nil }
        }
    }

    private mutating func takeConstraint(_ reader: inout TokenReader) -> Bool {
        if reader.take("CONSTRAINT") { return reader.takeName() != nil }
        if reader.take("NOT", "NULL") {
            isNotNull = true
        } else if reader.take("DEFAULT") {
            standard = [reader.next()].compactMap { $0 } + Self.takeUntilOpening(&reader)
        } else if reader.take("CHECK") {
            hasCheck = true
            return reader.takeParentheses() != nil
        } else if reader.take("UNIQUE") {
            isUnique = true
        } else if reader.take("PRIMARY", "KEY") {
            isPrimaryKey = true
        } else if let reference = Reference(&reader) {
            self.reference = reference
        } else if reader.take("GENERATED") {
            return takeGeneration(&reader)
        } else if reader.take("COLLATE") || reader.take("STORAGE") || reader.take("COMPRESSION") {
            return reader.takeName() != nil
        } else {
            return reader.take("NULL") || reader.take("NOT", "DEFERRABLE") || reader.take("DEFERRABLE")
                || reader.take("INITIALLY", "DEFERRED") || reader.take("INITIALLY", "IMMEDIATE")
                || reader.take("NO", "INHERIT")
        }
        return true
    }

    private mutating func takeGeneration(_ reader: inout TokenReader) -> Bool {
        guard reader.take("ALWAYS") || reader.take("BY", "DEFAULT"), reader.take("AS") else { return false }
        if reader.take("IDENTITY") {
            isIdentity = true
            _ = reader.takeParentheses()
            return true
        }
        guard reader.takeParentheses() != nil else { return false }
        isGenerated = reader.take("STORED")
        return isGenerated || reader.take("VIRTUAL")
    }

    private static func takeUntilOpening(_ reader: inout TokenReader) -> [Token] {
        var taken: [Token] = []
        var depth = 0
        while let token = reader.peek() {
            if depth == 0, token.kind == .word, openings.contains(token.text.uppercased()) { break }
            depth += token.depthChange
            taken.append(token)
            _ = reader.next()
        }
        return taken
    }
}

/// `REFERENCES table (columns) ON DELETE …`
struct Reference {
    let table: SQLName
    let columns: [String]
    private(set) var onDelete = SchemaFacts.ForeignKey.Action.refuse
    private(set) var onUpdate = SchemaFacts.ForeignKey.Action.refuse

    init?(_ reader: inout TokenReader) {
        guard reader.take("REFERENCES"), let table = reader.takeName() else { return nil }
        self.table = table
        self.columns = reader.takeNames() ?? []
        if reader.take("MATCH") { _ = reader.next() }
        while reader.take("ON") {
            let isDelete = reader.take("DELETE")
            guard isDelete || reader.take("UPDATE"), let action = Self.action(&reader, isDelete: isDelete) else {
                return nil
            }
            if isDelete { onDelete = action } else { onUpdate = action }
        }
    }

    private static func action(_ reader: inout TokenReader, isDelete: Bool) -> SchemaFacts.ForeignKey.Action? {
        if reader.take("CASCADE") { return isDelete ? .delete : .update }
        if reader.take("NO", "ACTION") || reader.take("RESTRICT") { return .refuse }
        guard reader.take("SET", "NULL") || reader.take("SET", "DEFAULT") else { return nil }
        _ = reader.takeParentheses()
        return .update
    }

    /// - Parameter name: as it was written, else as PostgreSQL makes it.
    func foreignKey(
        _ name: String?, of table: SQLName, _ columns: [String], _ facts: SchemaFacts
    ) -> SchemaFacts.ForeignKey {
        .init(
            name: name ?? ([table.name] + columns + ["fkey"]).joined(separator: "_"), table: table, columns: columns,
            referenced: facts.resolve(self.table), referencedColumns: self.columns, onDelete: onDelete,
            onUpdate: onUpdate)
    }
}
