import Foundation
import Glibc
import Postgres
import Synchronization

/// A database that is made to try something in, on the server of another one. It goes again, also when somebody interrupts.
final class ScratchCopy: Sendable {
    /// For a person who finds it after a `kill -9`.
    let name = "denwa_rehearsal_" + String(UInt64.random(in: 0 ... .max), radix: 36)
    let parameters: ConnectionParameters
    private let server: String
    private let isGone = Mutex(false)

    /// - Parameter connection: to the database that it is like; it is made with the same encoding and locale.
    /// - Throws: `PostgresError`.
    init(of database: ConnectionParameters, over connection: Connection) throws {
        parameters = database.with(database: name)
        server = database.url
        let row = try connection.run(
            """
            SELECT format('ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_encoding_to_char(encoding), datcollate, datctype)
                AS options
            FROM pg_database WHERE datname = current_database()
            """
        ).first
        let options: String = try row?.get("options") ?? ""
        try connection.execute(script: "CREATE DATABASE \(name) TEMPLATE template0 \(options)")
    }

    /// Lends it to `body`; it is gone when this returns.
    /// - Throws: what `body` throws.
    func lend<T>(_ body: (ConnectionParameters) throws -> T) throws -> T {
        defer { drop() }
        // A statement may take long, and nobody reads signals meanwhile: dropping the database ends it.
        let watcher = Watcher { if Interruption.happened { self.drop() } }
        defer { watcher.stop() }
        return try body(parameters)
    }

    /// Removes it, with whoever is connected. Once is enough.
    private func drop() {
        isGone.withLock { isGone in
            guard !isGone else { return }
            isGone = true
            do {
                let connection = try Connection(url: server, settings: .patient)
                try connection.execute(script: "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
            } catch {
                Terminal.say("The database \(name) could not be removed: \(error). Remove it with DROP DATABASE.")
            }
        }
    }
}

/// Looks at something ten times a second, on a thread of its own.
private final class Watcher: Sendable {
    private let isOver = Mutex(false)

    init(_ look: @escaping @Sendable () -> Void) {
        Thread.detachNewThread { [self] in
            while !isOver.withLock({ $0 }) {
                look()
                Interruption.sleep(milliseconds: 100)
                if Interruption.happened { poll(nil, 0, 50) }
            }
        }
    }

    func stop() { isOver.withLock { $0 = true } }
}
