import Crypto

/// What a table holds, in two values that a restored copy has to have too.
package struct TableContent: Sendable, Equatable, Codable {
    /// Schema and name with a dot between them.
    package let name: String
    /// How many there are.
    package let rows: Int64
    /// A `DigestSum` of the rows, 64 digits. Those of an older and a newer PostgreSQL, and of another order, are equal.
    package let hash: String

    /// As a manifest or a scan has it; checks nothing.
    package init(name: String, rows: Int64, hash: String) {
        self.name = name
        self.rows = rows
        self.hash = hash
    }
}

/// What all tables of a database hold at one moment. Sequences are not in it, because they move without transactions.
package struct Content: Sendable, Equatable {
    /// By name.
    package let tables: [TableContent]

    /// - Parameter tables: by name already.
    package init(tables: [TableContent]) { self.tables = tables }

    /// Rows of all tables.
    package var rows: Int64 { tables.reduce(0) { $0 &+ $1.rows } }

    /// SHA-256 in hexadecimal over the names, counts and hashes of the tables.
    package var hash: String {
        var hasher = SHA256()
        for table in tables { hasher.update(data: Array("\(table.name)\n\(table.rows)\n\(table.hash)\n".utf8)) }
        return hasher.finalize().hex
    }
}

extension SHA256.Digest {
    var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
