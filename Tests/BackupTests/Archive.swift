import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Backup

/// A database with people, rooms and events, and a folder for backups of it.
struct Archive {
    let url: String
    let connection: Connection
    let folder: Folder

    static let product = Product(version: "9.9.9", newestSchema: 9999) { connection in
        try connection.run("SELECT epoch || '/' || xmin AS epoch FROM public.server").first?.get("epoch") ?? ""
    }

    /// Nobody gives up.
    static let patient = Observer(progress: { _, _, _ in }, isInterrupted: { false })

    init(events: Int64 = 500) throws {
        url = try TestCluster.freshDatabase()
        connection = try Connection(url: url, settings: .patient)
        folder = try Folder()
        try connection.execute(
            script: """
                INSERT INTO accounts (handle, display_name, password_hash)
                SELECT 'person-' || n, '人 ' || n, 'x' FROM generate_series(1, 20) AS n;
                INSERT INTO rooms (name, title, head) VALUES ('lobby', '広間', \(events));
                INSERT INTO events (room_id, seq, kind, author_id, client_id, body, digest, created_at)
                SELECT 1, n, 'message', 1 + n % 20, 'c' || n, repeat('電話 ' || n, 20), sha256('x'), now() - n * interval '1 second'
                FROM generate_series(1, \(events)) AS n
                """)
    }

    /// - Returns: the backup `name`.
    @discardableResult
    func backUp(_ name: String = "monday", observer: Observer = patient) throws -> BackupFolder {
        try BackupRun(url: url, to: folder.path + "/" + name, product: Self.product, observer: observer)
            .run(on: connection)
    }

    /// Whatever happens, its database is gone afterwards.
    func verify(_ backup: BackupFolder, observer: Observer = patient) throws -> Comparison {
        let run = try VerifyRun(backup, observer: observer)
        defer { #expect(throws: Never.self) { try #expect(!exists(run.database)) } }
        return try run.run(url: url, on: connection)
    }

    private func exists(_ database: String) throws -> Bool {
        try connection.run("SELECT 1 AS found FROM pg_database WHERE datname = \(database)").count > 0
    }

    /// What is in a database now.
    static func content(of connection: Connection) throws -> Content {
        try connection.transaction {
            try ContentScan(reader: connection, stage: .hashing, observer: patient).run()
        }
    }

    /// Changes the manifest's text as somebody could who knows how it is checked, so that it fits itself again.
    func rewrite(_ backup: BackupFolder, _ tables: (inout [TableContent]) -> Void) throws -> BackupFolder {
        var changed = backup.manifest.tables
        tables(&changed)
        var object = try Self.object(backup)
        object["tables"] = changed.map { ["name": $0.name, "rows": $0.rows, "hash": $0.hash] as [String: Any] }
        object["contentHash"] = Content(tables: changed).hash
        try JSONSerialization.data(withJSONObject: object).write(to: URL(filePath: backup.path + "/manifest.json"))
        return try BackupFolder(backup.path)
    }

    private static func object(_ backup: BackupFolder) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: backup.path + "/manifest.json"))
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    func events() throws -> Int64 {
        try connection.run("SELECT count(*) AS count FROM events").first?.get("count") ?? 0
    }
}

/// Something that one task says and another one sees.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}

/// Gives up at some point of the way.
final class Impatience: Sendable {
    private let isOver = Flag()
    private let end: @Sendable (Stage, _ done: Int64, _ total: Int64) -> Bool

    /// - Parameter end: whether that is far enough.
    init(_ end: @escaping @Sendable (Stage, _ done: Int64, _ total: Int64) -> Bool) { self.end = end }

    var observer: Observer {
        Observer(
            progress: { stage, done, total in
                if self.end(stage, done, total) { self.isOver.raise() }
            },
            isInterrupted: { self.isOver.isRaised })
    }
}
