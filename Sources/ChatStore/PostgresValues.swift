package import ChatCore
package import Postgres

extension ID: PostgresEncodable, PostgresDecodable {
    package static var postgresType: UInt32 { Int64.postgresType }
    package static var postgresArrayType: UInt32 { Int64.postgresArrayType }
    package func writePostgres(to bytes: inout [UInt8]) { rawValue.writePostgres(to: &bytes) }

    package init(postgresBytes bytes: UnsafeRawBufferPointer) throws(NotOfType) {
        self.init(rawValue: try Int64(postgresBytes: bytes))
    }
}

extension RoomName: PostgresEncodable {
    package static var postgresType: UInt32 { String.postgresType }
    package static var postgresArrayType: UInt32 { String.postgresArrayType }
    package func writePostgres(to bytes: inout [UInt8]) { description.writePostgres(to: &bytes) }
}

extension Timestamp: PostgresDecodable {
    /// `timestamptz` is microseconds since 2000-01-01 UTC.
    private static let epochOffset: Int64 = 946_684_800_000_000

    package init(postgresBytes bytes: UnsafeRawBufferPointer) throws(NotOfType) {
        guard let value = Int64(networkBytes: bytes) else { throw NotOfType() }
        let (microseconds, overflow) = value.addingReportingOverflow(Self.epochOffset)
        guard !overflow else { throw NotOfType() }
        self.init(microseconds: microseconds)
    }
}

extension Row {
    /// Reads the columns `account_id`, `account_handle` and `account_display_name`.
    func account() throws(PostgresError) -> Account {
        Account(
            id: try get("account_id"), handle: Handle(stored: try get("account_handle")),
            displayName: DisplayName(stored: try get("account_display_name")))
    }
}
