/// A value that can be sent as a parameter, in PostgreSQL's binary format.
package protocol PostgresEncodable: Sendable {
    /// The type's number in `pg_type`.
    static var postgresType: UInt32 { get }
    /// The number of `type[]`.
    static var postgresArrayType: UInt32 { get }
    /// Appends the value.
    func writePostgres(to bytes: inout [UInt8])
}

extension PostgresEncodable {
    /// The value alone.
    package var postgresBytes: [UInt8] {
        var bytes: [UInt8] = []
        writePostgres(to: &bytes)
        return bytes
    }
}

/// The bytes are not of the type.
package struct NotOfType: Error {
    /// Says nothing of the bytes, which may be personal.
    package init() {}
}

/// A value that can be read from a column in binary format.
package protocol PostgresDecodable {
    /// Throws and does not return an optional: code that is generic over the type would have to find out at run time what
    /// the optional of it is, which takes longer than all the rest.
    init(postgresBytes bytes: UnsafeRawBufferPointer) throws(NotOfType)
}

extension FixedWidthInteger {
    /// Big-endian, as PostgreSQL sends and expects numbers.
    package func writeNetwork(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// `nil` if there are not exactly as many bytes as the type has.
    package init?(networkBytes bytes: UnsafeRawBufferPointer) {
        guard bytes.count == MemoryLayout<Self>.size else { return nil }
        self = Self(bigEndian: bytes.loadUnaligned(as: Self.self))
    }
}

extension Int64: PostgresEncodable, PostgresDecodable {
    /// `bigint`.
    package static var postgresType: UInt32 { 20 }
    /// `bigint[]`.
    package static var postgresArrayType: UInt32 { 1016 }
    package func writePostgres(to bytes: inout [UInt8]) { writeNetwork(to: &bytes) }

    /// Takes `bigint`, `integer` and `smallint`.
    package init(postgresBytes bytes: UnsafeRawBufferPointer) throws(NotOfType) {
        if let value = Int64(networkBytes: bytes) {
            self = value
        } else if let value = Int32(networkBytes: bytes) {
            self.init(value)
        } else if let value = Int16(networkBytes: bytes) {
            self.init(value)
        } else {
            throw NotOfType()
        }
    }
}

extension Bool: PostgresEncodable, PostgresDecodable {
    /// `boolean`.
    package static var postgresType: UInt32 { 16 }
    /// `boolean[]`.
    package static var postgresArrayType: UInt32 { 1000 }
    /// One byte, 1 or 0.
    package func writePostgres(to bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }

    /// Takes any single byte; all but 0 are true.
    package init(postgresBytes bytes: UnsafeRawBufferPointer) throws(NotOfType) {
        guard bytes.count == 1 else { throw NotOfType() }
        self = bytes[0] != 0
    }
}

extension String: PostgresEncodable, PostgresDecodable {
    /// `text`.
    package static var postgresType: UInt32 { 25 }
    /// `text[]`.
    package static var postgresArrayType: UInt32 { 1009 }
    /// UTF-8.
    package func writePostgres(to bytes: inout [UInt8]) {
        var text = self
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// Refuses what is not UTF-8.
    package init(postgresBytes bytes: UnsafeRawBufferPointer) throws(NotOfType) {
        // Twice as fast as String(validating:as:), which is generic.
        let text = bytes.withMemoryRebound(to: UInt8.self) { text -> String? in
            do { return String(copying: try UTF8Span(validating: text.span)) } catch { return nil }
        }
        guard let text else { throw NotOfType() }
        self = text
    }
}

/// `bytea`.
package struct Bytes: PostgresEncodable, PostgresDecodable, Hashable {
    /// The bytes themselves.
    package let value: [UInt8]

    /// Any number of bytes, also none.
    package init(_ value: [UInt8]) { self.value = value }

    /// `bytea`.
    package static var postgresType: UInt32 { 17 }
    /// `bytea[]`.
    package static var postgresArrayType: UInt32 { 1001 }
    package func writePostgres(to bytes: inout [UInt8]) { bytes.append(contentsOf: value) }

    package init(postgresBytes bytes: UnsafeRawBufferPointer) { self.value = Array(bytes) }
}

/// A one-dimensional array; NULL elements are `nil`.
package struct SQLArray<Element: PostgresEncodable>: PostgresEncodable {
    /// In order, from 1 in SQL.
    package let elements: [Element?]

    /// Any number of elements, also none.
    package init(_ elements: [Element?]) { self.elements = elements }

    /// The array's own number, `bigint[]` for example.
    package static var postgresType: UInt32 { Element.postgresArrayType }
    /// The same: PostgreSQL has one type for arrays of any dimensions.
    package static var postgresArrayType: UInt32 { Element.postgresArrayType }

    /// Layout: dimensions, has-nulls flag, element type, length, lower bound, then length-prefixed elements.
    package func writePostgres(to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + 20 + 16 * elements.count)
        Int32(1).writeNetwork(to: &bytes)
        Int32(elements.contains { $0 == nil } ? 1 : 0).writeNetwork(to: &bytes)
        Element.postgresType.writeNetwork(to: &bytes)
        Int32(truncatingIfNeeded: elements.count).writeNetwork(to: &bytes)
        Int32(1).writeNetwork(to: &bytes)
        for element in elements {
            let length = bytes.count
            Int32(-1).writeNetwork(to: &bytes)
            guard let element else { continue }
            element.writePostgres(to: &bytes)
            let count = UInt32(truncatingIfNeeded: bytes.count - length - 4)
            for byte in 0..<4 { bytes[length + byte] = UInt8(truncatingIfNeeded: count >> (24 - 8 * UInt32(byte))) }
        }
    }
}
