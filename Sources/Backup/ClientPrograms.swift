import DenwaDev
import Foundation

/// PostgreSQL's programs of one version that read and write whole databases.
package struct ClientPrograms: Sendable, Equatable {
    let folder: String
    /// As the programs say it: `15.18`.
    let version: String
    let major: Int

    /// The path of the program that writes a database as SQL.
    package var pgDump: String { folder + "/pg_dump" }
    var pgRestore: String { folder + "/pg_restore" }
    /// The path of the shell.
    package var psql: String { folder + "/psql" }

    /// What is installed, in no order.
    package static func installed() -> [ClientPrograms] {
        PostgresPrograms.folders.compactMap { ClientPrograms(folder: $0) }
    }

    /// For a dump. They have to be as new as the server; of those the oldest, because what newer ones write may be
    /// unknown to the server that the dump is restored into.
    /// - Parameter server: the server's major version.
    /// - Throws: ``BackupError/noPrograms(major:)``.
    package static func forDump(
        from server: Int, among installed: [ClientPrograms]
    ) throws(BackupError) -> ClientPrograms {
        try oldest(from: server, among: installed)
    }

    /// For a restore. They have to be as new as those that made the dump; those of the server's own version are best.
    /// - Parameters:
    ///   - dump: the major version of the programs that made the dump.
    ///   - server: the server's major version.
    /// - Throws: ``BackupError/noPrograms(major:)``.
    static func forRestore(
        of dump: Int, into server: Int, among installed: [ClientPrograms]
    ) throws(BackupError) -> ClientPrograms {
        do {
            return try oldest(from: max(dump, server), among: installed)
        } catch {
            // Older ones than the server's do well for a restore.
            return try oldest(from: dump, among: installed)
        }
    }

    private static func oldest(from major: Int, among installed: [ClientPrograms]) throws(BackupError) -> ClientPrograms
    {
        let good = installed.filter { $0.major >= major }
        // The first of equals: Debian's folders come before PATH.
        guard let oldest = good.map(\.major).min(), let first = good.first(where: { $0.major == oldest }) else {
            throw .noPrograms(major: major)
        }
        return first
    }

    init(folder: String, version: String, major: Int) {
        self.folder = folder
        self.version = version
        self.major = major
    }

    /// - Returns: `nil` if they are not there. What Debian has in PATH instead of them chooses a version by itself.
    private init?(folder: String) {
        let paths = ["pg_dump", "pg_restore", "psql"].map { "\(folder)/\($0)" }
        for path in paths {
            guard FileManager.default.isExecutableFile(atPath: path),
                !URL(filePath: path).resolvingSymlinksInPath().path.hasSuffix("/pg_wrapper")
            else { return nil }
        }
        // "pg_dump (PostgreSQL) 15.18 (Debian …)"
        guard let words = try? Command(folder + "/pg_dump", ["--version"]).run().split(separator: " "), words.count > 2
        else { return nil }
        self.init(folder: folder, version: String(words[2]))
    }

    /// - Returns: `nil` if the version does not begin with a number.
    init?(folder: String, version: String) {
        guard let major = Self.major(of: version) else { return nil }
        self.init(folder: folder, version: version, major: major)
    }

    /// 15 of `15.18`, 18 of `18beta1`.
    static func major(of version: String) -> Int? { Int(version.prefix { $0.isASCII && $0.isNumber }) }
}
