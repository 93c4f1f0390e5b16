/// A constraint of CREATE TABLE or ADD CONSTRAINT.
struct TableConstraint {
    enum Kind {
        case check
        case foreignKey(columns: [String], Reference)
        case unique
        case primaryKey
        case exclusion
        /// A key made of an index that is there.
        case keyUsingIndex(isPrimary: Bool)
    }

    let name: String?
    let kind: Kind
    /// Rows that are there already are not looked at.
    let isNotValid: Bool

    private static let openings: Set<String> = ["CONSTRAINT", "CHECK", "FOREIGN", "UNIQUE", "PRIMARY", "EXCLUDE"]

    /// Whether a part of CREATE TABLE is a constraint and not a column.
    static func begins(_ tokens: [Token]) -> Bool {
        tokens.first.map { $0.kind == .word && openings.contains($0.text.uppercased()) } == true
    }

    /// - Returns: `nil` if this is none that is known.
    init?(_ tokens: [Token]) {
        var reader = TokenReader(tokens)
        name = reader.take("CONSTRAINT") ? reader.takeName()?.name : nil
        if reader.take("CHECK") {
            guard reader.takeParentheses() != nil else { return nil }
            kind = .check
        } else if reader.take("FOREIGN", "KEY") {
            guard let columns = reader.takeNames(), let reference = Reference(&reader) else { return nil }
            kind = .foreignKey(columns: columns, reference)
        } else if reader.take("UNIQUE") {
            kind = reader.take("USING", "INDEX") ? .keyUsingIndex(isPrimary: false) : .unique
        } else if reader.take("PRIMARY", "KEY") {
            kind = reader.take("USING", "INDEX") ? .keyUsingIndex(isPrimary: true) : .primaryKey
        } else if reader.take("EXCLUDE") {
            kind = .exclusion
        } else {
            return nil
        }
        isNotValid = reader.rest.contains("NOT", "VALID")
    }
}
