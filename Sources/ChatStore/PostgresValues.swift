package import ChatCore
import Postgres

extension ID: PostgresEncodable, PostgresDecodable {
    package static var postgresType: UInt32 { Int64.postgresType }
    package static var postgresArrayType: UInt32 { Int64.postgresArrayType }
    package func writePostgres(to bytes: inout [UInt8]) { rawValue.writePostgres(to: &bytes) }

    package init?(postgresBytes bytes: UnsafeRawBufferPointer) {
        guard let value = Int64(postgresBytes: bytes) else { return nil }
        self.init(rawValue: value)
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

    package init?(postgresBytes bytes: UnsafeRawBufferPointer) {
        guard let value = Int64(networkBytes: bytes) else { return nil }
        let (microseconds, overflow) = value.addingReportingOverflow(Self.epochOffset)
        guard !overflow else { return nil }
        self.init(microseconds: microseconds)
    }
}

extension Row {
    /// Reads the columns `{prefix}id`, `{prefix}handle` and `{prefix}display_name`.
    func account(_ prefix: String = "account_") throws(PostgresError) -> Account {
        Account(
            id: try get("\(prefix)id"),
            handle: Handle(stored: try get("\(prefix)handle")),
            displayName: DisplayName(stored: try get("\(prefix)display_name")))
    }
}
