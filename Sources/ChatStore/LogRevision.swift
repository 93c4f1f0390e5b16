package import Postgres

/// A number that rises whenever something changes that logs have already shown.
///
/// Servers keep the newest events in memory and compare the number twice a second. It rises in the transaction of the change,
/// so whoever reads the log after having seen the new number sees the change.
package enum LogRevision {
    /// As this connection sees it; 0 if there is none.
    package static func current(on connection: Connection) throws -> Int64 {
        try connection.run("SELECT revision FROM room_logs").first?.get("revision") ?? 0
    }

    /// In the transaction of the change.
    static func rise(on connection: Connection) throws {
        try connection.run("UPDATE room_logs SET revision = revision + 1")
    }
}
