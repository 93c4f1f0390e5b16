/// A name of the schema, as PostgreSQL compares it.
package struct SQLName: Sendable, Hashable, CustomStringConvertible {
    /// Without quotation marks; in lower case if it had none.
    package let name: String
    /// `nil` if none was written.
    package let schema: String?

    /// Takes both as they are: nothing is put into lower case.
    package init(_ name: String, schema: String? = nil) {
        self.name = name
        self.schema = schema
    }

    package var description: String { schema.map { "\($0).\(name)" } ?? name }
}
