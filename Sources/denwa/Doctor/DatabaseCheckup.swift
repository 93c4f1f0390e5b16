import Foundation
import Migrator
import Postgres
import Schema

/// What a look at the database tells. Changes nothing.
struct DatabaseCheckup {
    let connection: Connection

    /// The oldest PostgreSQL on which the statements run, as `server_version_num` has it.
    private static let oldest: Int64 = 130_000
    /// The oldest one that the tests run on.
    private static let tested: Int64 = 150_000

    func findings() throws -> [Finding] {
        [
            .ok("database", "Reached as \(DatabaseName(on: connection).sentence)."), try version(), try text(),
            try durability(), schema(), try clock(), try space(),
        ]
    }

    private func version() throws -> Finding {
        let row = try connection.run(
            """
            SELECT current_setting('server_version_num')::int8 AS number, current_setting('server_version') AS version
            """
        ).first
        let number = try row?.get("number", as: Int64.self) ?? 0
        let name = "PostgreSQL \(try row?.get("version", as: String.self) ?? "?")."
        if number < Self.oldest {
            return .failed("version", name, cure: "Denwa needs 13 or newer; upgrade PostgreSQL.")
        }
        if number < Self.tested {
            return .attention("version", name, cure: "Denwa is tested with 15 and newer; plan an upgrade.")
        }
        return .ok("version", name)
    }

    private func text() throws -> Finding {
        let check = try DatabaseCheck(on: connection)
        do {
            try check.verify(acceptLoss: true)
        } catch {
            return .failed("encoding", error.description)
        }
        return .ok("encoding", "\(check.encoding), locale \(check.locale).")
    }

    private func durability() throws -> Finding {
        let check = try DatabaseCheck(on: connection)
        if let setting = check.lossySetting {
            return .failed("durability", DatabaseUnsuitable.durability(setting: setting).description)
        }
        return .ok("durability", "fsync \(check.fsync), synchronous_commit \(check.synchronousCommit).")
    }

    private func schema() -> Finding {
        do {
            try DatabaseCheck.schemaIsCurrent(on: connection)
            return try drift()
        } catch {
            return .failed("schema", Failure(error)?.sentence ?? "\(error)")
        }
    }

    private func drift() throws -> Finding {
        let applied = "All \(Schema.migrations.count) migrations are applied"
        guard let drift = try Migrator(files: Schema.migrations).verify(on: connection).drift else {
            return .ok("schema", applied + "; how the schema was then is not recorded.")
        }
        guard !drift.isEmpty else { return .ok("schema", applied + ", and the schema is as they have made it.") }
        let lines = DriftReport(drift).lines.prefix(5).joined(separator: "; ")
        return .attention(
            "schema", applied + ", but somebody has changed the schema since: \(lines).",
            cure: "Undo it, put it into a migration, or accept it: see denwa migrate verify.")
    }

    /// Sessions end by the database's clock, one-time codes by ours.
    private func clock() throws -> Finding {
        let before = Date()
        let row = try connection.run("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8 AS now").first
        let after = Date()
        let there = Double(try row?.get("now", as: Int64.self) ?? 0) / 1000
        // The answer was made somewhere between the two.
        let skew = max(before.timeIntervalSince1970 - there, there - after.timeIntervalSince1970, 0)
        let text = "The clocks of this machine and of the database differ by \(Int(skew * 1000)) ms."
        return skew < 2 ? .ok("clock", text) : .attention("clock", text, cure: "Let both follow a time server (NTP).")
    }

    /// The database's disk, if it is this machine's.
    private func space() throws -> Finding {
        let row = try connection.run(
            """
            SELECT pg_size_pretty(pg_database_size(current_database())) AS size,
                CASE WHEN pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')
                    THEN current_setting('data_directory') END AS folder
            """
        ).first
        let size = "The database takes \(try row?.get("size", as: String.self) ?? "?")"
        guard let folder: String = try row?.optional("folder"), connection.host.hasPrefix("/"),
            let disk = DiskSpace(folder)
        else { return .ok("disk", size + "; its disk cannot be seen from here.") }
        let text = "\(size); \(disk.freeMiB) MiB (\(disk.freePercent) %) of its disk are free."
        return disk.freePercent >= 10 || disk.freeMiB >= 20_480
            ? .ok("disk", text)
            : .attention("disk", text, cure: "Make room before messages are refused as storage_full.")
    }
}
