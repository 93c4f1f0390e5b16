package import Postgres

/// Which database this is. Positions in a log are only good for the epoch that they are from.
package enum Epoch {
    /// A UUID that is another one after a restore.
    ///
    /// The stored identity alone would come back with a restored dump. What a restore cannot keep is mixed in: the
    /// transaction that wrote the row, the database, the cluster, and its timeline: the one that is written now, because after a
    /// promotion the last checkpoint's may be the old one for minutes.
    package static func current(on connection: Connection) throws -> String {
        let rows = try connection.run(
            """
            SELECT md5(concat_ws('/', s.epoch, s.xmin,
                (SELECT oid FROM pg_database WHERE datname = current_database()),
                (SELECT system_identifier FROM pg_control_system()),
                CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
                    ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END))::uuid::text AS epoch
            FROM server s
            """)
        return try rows.first?.get("epoch") ?? ""
    }
}
