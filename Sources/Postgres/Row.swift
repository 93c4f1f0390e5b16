import CLibPQ

/// What a statement answered. Confined to the thread that ran it; take values out before it leaves.
package final class Rows: Sequence {
    private let result: OpaquePointer
    /// How many; no two have one name.
    private let columns: Int32
    /// Mostly the column that is asked for next: they are read in the order in which they stand, row by row.
    private var next: Int32 = 0

    /// Takes the result over and frees it.
    init(_ result: OpaquePointer) {
        self.result = result
        self.columns = PQnfields(result)
    }

    deinit { PQclear(result) }

    /// Rows returned; ``affected`` counts those that were changed.
    package var count: Int { Int(PQntuples(result)) }

    /// Rows touched by INSERT, UPDATE or DELETE.
    package var affected: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// `nil` if there are none.
    package var first: Row? { count > 0 ? Row(rows: self, index: 0) : nil }

    /// In the order in which the server sent them.
    package func makeIterator() -> AnyIterator<Row> {
        var index: Int32 = 0
        let count = PQntuples(result)
        return AnyIterator {
            guard index < count else { return nil }
            defer { index += 1 }
            return Row(rows: self, index: index)
        }
    }

    /// - Returns: `nil` for NULL; valid as long as these rows are.
    fileprivate func bytes(_ column: String, row: Int32) throws(PostgresError) -> UnsafeRawBufferPointer? {
        guard let index = index(of: column) else { throw .decoding("the result has no column \(column)") }
        guard PQgetisnull(result, row, index) == 0, let start = PQgetvalue(result, row, index) else { return nil }
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, index)))
    }

    private func index(of column: String) -> Int32? {
        for _ in 0..<columns {
            if next >= columns { next = 0 }
            defer { next += 1 }
            if let name = PQfname(result, next), column.isSpelled(name) { return next }
        }
        return nil
    }
}

/// One row of ``Rows``; columns are read by name.
package struct Row {
    fileprivate let rows: Rows
    fileprivate let index: Int32

    /// - Throws: ``PostgresError`` if the column is missing, NULL, or of another type.
    package func get<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        // The bytes are the result's, which lives as long as the row.
        defer { withExtendedLifetime(self) {} }
        guard let bytes = try bytes(column) else { throw Self.isNull(column) }
        do { return try Value(postgresBytes: bytes) } catch { throw Self.isOther(column, "\(Value.self)") }
    }

    /// - Returns: `nil` for NULL.
    package func optional<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value? {
        defer { withExtendedLifetime(self) {} }
        guard let bytes = try bytes(column) else { return nil }
        do { return try Value(postgresBytes: bytes) } catch { throw Self.isOther(column, "\(Value.self)") }
    }

    func bytes(_ column: String) throws(PostgresError) -> UnsafeRawBufferPointer? {
        try rows.bytes(column, row: index)
    }

    static func isNull(_ column: String) -> PostgresError { .decoding("column \(column) is NULL") }

    static func isOther(_ column: String, _ type: String) -> PostgresError {
        .decoding("column \(column) is not of type \(type)")
    }
}

extension String {
    /// Compares without making a string of the other one.
    fileprivate func isSpelled(_ other: UnsafePointer<CChar>) -> Bool {
        var index = 0
        for byte in utf8 {
            guard UInt8(bitPattern: other[index]) == byte else { return false }
            index += 1
        }
        return other[index] == 0
    }
}
