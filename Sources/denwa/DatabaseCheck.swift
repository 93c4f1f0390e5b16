import Migrator
import Postgres
import Schema

/// A database that must not be served from: the cause and the cure.
enum DatabaseUnsuitable: Error, Equatable, CustomStringConvertible {
    case encoding(String)
    case locale(String)
    case durability(setting: String)
    case pending(count: Int)

    var description: String {
        switch self {
        case .encoding(let encoding):
            "The database's encoding is \(encoding), but it has to be UTF8; create it with "
                + "CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0."
        case .locale(let locale):
            "The database's locale is \(locale), which knows no letters beyond ASCII; create it with "
                + "CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0."
        case .durability(let setting):
            "PostgreSQL runs with \(setting) off and can lose what it has confirmed; turn it on, "
                + "or accept that with --unsafe-durability."
        case .pending(let count):
            "The database lacks \(count) \(count == 1 ? "migration" : "migrations"); run `denwa migrate up`, "
                + "or start with --auto-migrate."
        }
    }
}

/// What is looked at before a database is served from.
struct DatabaseCheck: Equatable {
    var encoding: String
    var locale: String
    /// Whether `lower` knows letters beyond ASCII.
    var foldsLetters: Bool
    var fsync: String
    var synchronousCommit: String

    init(on connection: Connection) throws {
        let rows = try connection.run(
            """
            SELECT pg_encoding_to_char(encoding)::text AS encoding, datctype::text AS locale, lower('É') = 'é' AS folds,
                   current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit
            FROM pg_database WHERE datname = current_database()
            """)
        guard let row = rows.first else { throw DatabaseUnsuitable.encoding("unknown") }
        self.encoding = try row.get("encoding")
        self.locale = try row.get("locale")
        self.foldsLetters = try row.get("folds")
        self.fsync = try row.get("fsync")
        self.synchronousCommit = try row.get("synchronous_commit")
    }

    /// - Parameter acceptLoss: whether a PostgreSQL may be used that can lose what it has confirmed.
    func verify(acceptLoss: Bool) throws(DatabaseUnsuitable) {
        guard encoding == "UTF8" else { throw .encoding(encoding) }
        guard foldsLetters else { throw .locale(locale) }
        if !acceptLoss, let lossySetting { throw .durability(setting: lossySetting) }
    }

    /// What lets PostgreSQL lose what it has confirmed.
    var lossySetting: String? {
        if fsync != "on" { return "fsync" }
        return synchronousCommit == "off" ? "synchronous_commit" : nil
    }

    /// - Throws: ``DatabaseUnsuitable/pending(count:)`` unless the schema is the newest; `MigrationError`.
    static func schemaIsCurrent(on connection: Connection) throws {
        let pending = try Migrator(files: Schema.migrations).status(on: connection).pending
        guard pending.isEmpty else { throw DatabaseUnsuitable.pending(count: pending.count) }
    }
}
