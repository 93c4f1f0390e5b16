/// What a manifest says of a database, beside what was found in it.
package struct Comparison: Sendable, Equatable {
    /// One table in both.
    package struct Line: Sendable, Equatable {
        /// Schema and name with a dot between them.
        package let name: String
        /// `nil`: the manifest does not name the table.
        package let expected: TableContent?
        /// `nil`: the database does not have it.
        package let found: TableContent?

        /// Rows and hash are the same, or neither side has it.
        package var isEqual: Bool { expected == found }

        /// In a word or two.
        package var verdict: String {
            guard let expected else { return "not in the manifest" }
            guard let found else { return "missing" }
            if expected.rows != found.rows { return "rows differ" }
            return expected.hash == found.hash ? "equal" : "content differs"
        }
    }

    /// All tables of both, by name.
    package let lines: [Line]

    /// Of all tables that either side names.
    package init(expected: Content, found: Content) {
        let expected = Dictionary(expected.tables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let found = Dictionary(found.tables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        lines = Set(expected.keys).union(found.keys).sorted().map { name in
            Line(name: name, expected: expected[name], found: found[name])
        }
    }

    /// Nothing is missing, new or changed.
    package var isEqual: Bool { lines.allSatisfy(\.isEqual) }

    /// The names of the tables that are not as they should be.
    package var differing: [String] { lines.filter { !$0.isEqual }.map(\.name) }
}
