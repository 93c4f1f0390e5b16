/// SQL with its values beside it: `"SELECT head FROM rooms WHERE name = \(name)"`.
///
/// An interpolated value becomes a parameter (`$1`, `$2`, …) and never part of the text.
/// Text that must be part of the SQL has to be spelled: `\(raw: "…")`.
package struct Query: Sendable, ExpressibleByStringInterpolation {
    /// The text as PostgreSQL sees it.
    package private(set) var sql: String
    /// The values of `$1…$n`.
    package private(set) var parameters: [Parameter]

    /// Text without values.
    package init(stringLiteral sql: String) {
        self.sql = sql
        self.parameters = []
    }

    /// Text with the values that were interpolated.
    package init(stringInterpolation: StringInterpolation) {
        self.sql = stringInterpolation.sql
        self.parameters = stringInterpolation.parameters
    }

    /// One value in the binary format of its type.
    package struct Parameter: Sendable {
        /// PostgreSQL's number of the type.
        package let type: UInt32
        /// `nil` is SQL NULL.
        package let bytes: [UInt8]?
    }

    /// Gathers the text and, beside it, the values.
    package struct StringInterpolation: StringInterpolationProtocol {
        var sql = ""
        var parameters: [Parameter] = []

        /// Makes room; both are only estimates.
        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.reserveCapacity(literalCapacity + 4 * interpolationCount)
            parameters.reserveCapacity(interpolationCount)
        }

        /// Text between two values; it becomes part of the SQL.
        package mutating func appendLiteral(_ literal: String) {
            sql += literal
        }

        /// Becomes the next of `$1…$n`.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value) {
            append(type: Value.postgresType, bytes: value.postgresBytes)
        }

        /// The same; `nil` becomes SQL NULL.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            append(type: Value.postgresType, bytes: value?.postgresBytes)
        }

        /// Text that is not a value. Never pass anything a client has sent.
        package mutating func appendInterpolation(raw text: String) {
            sql += text
        }

        private mutating func append(type: UInt32, bytes: [UInt8]?) {
            parameters.append(Parameter(type: type, bytes: bytes))
            sql += "$\(parameters.count)"
        }
    }
}
