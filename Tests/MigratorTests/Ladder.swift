import Migrator
import Postgres
import TestSupport

/// A database and files that a test writes as it goes.
struct Ladder {
    let url: String
    let connection: Connection

    init() throws {
        url = try TestCluster.freshDatabase(migrated: false)
        connection = try Connection(url: url, settings: .pooled)
    }

    /// Applies files, numbered in order.
    @discardableResult
    func up(_ texts: [String], to limits: UpLimits = .init()) throws -> [Int] {
        try migrator(texts).up(limits, on: connection).map(\.version)
    }

    func migrator(_ texts: [String], patience: LockPatience = .init()) throws -> Migrator {
        try Migrator(files: texts.indices.map { ("000\($0 + 1)_m.sql", texts[$0]) }, patience: patience)
    }

    func fingerprint() throws -> String { try Migrator(files: []).snapshot(on: connection).fingerprint }

    func count(_ rest: String) throws -> Int64 {
        try connection.run("SELECT count(*) AS count FROM \(raw: rest)").first?.get("count") ?? -1
    }

    /// A file with both sections.
    static func file(_ up: String, _ down: String = "", head: String = "") -> String {
        "\(head)-- migrate:up\n\(up)\n-- migrate:down\n\(down)\n"
    }

    static func alone(_ up: String, _ down: String = "") -> String { file(up, down, head: "-- migrate:none\n") }
}
