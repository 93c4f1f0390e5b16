import Postgres

/// A database that was made for a restore, and goes again if that fails.
struct NewDatabase {
    let parameters: ConnectionParameters
    private let name: String
    private let server: ConnectionParameters

    /// - Parameters:
    ///   - connection: to any database of the server.
    ///   - parameters: the new one.
    /// - Throws: ``BackupError``.
    init(_ parameters: ConnectionParameters, over connection: Connection) throws {
        self.parameters = parameters
        name = parameters.database ?? connection.database
        server = parameters.with(database: connection.database)
        let found = try connection.run("SELECT 1 AS found FROM pg_database WHERE datname = \(name)")
        guard found.count == 0 else { throw BackupError.databaseExists(name) }
        do {
            try connection.execute(
                script: """
                    CREATE DATABASE \(quoted) ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0
                    """)
        } catch {
            throw BackupError.cannotCreate(database: name, reason: Self.reason(error))
        }
    }

    /// Removes it, with whoever is connected.
    /// - Returns: why it is still there, or `nil`.
    func drop() -> String? {
        do {
            let connection = try Connection(url: server.url, settings: .patient)
            try connection.execute(script: "DROP DATABASE IF EXISTS \(quoted) WITH (FORCE)")
            return nil
        } catch {
            return Self.reason(error)
        }
    }

    private var quoted: String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    private static func reason(_ error: PostgresError) -> String {
        error.sqlState == "42501"
            ? "\(error.message) (a superuser lets the user do it with ALTER ROLE … CREATEDB)" : error.message
    }
}
