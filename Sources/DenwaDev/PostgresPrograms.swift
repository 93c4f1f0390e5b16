import Foundation

/// Where PostgreSQL's server programs are.
package struct PostgresPrograms: Sendable {
    let folder: String

    /// Where programs of PostgreSQL may be, those of its client among them, the newest version's first.
    package static var folders: [String] { candidates(version: nil) }

    var initdb: String { folder + "/initdb" }
    var pgCtl: String { folder + "/pg_ctl" }

    /// Debian keeps each major version in a folder of its own, outside PATH.
    private static let debian = "/usr/lib/postgresql"

    /// - Parameter version: the major version that an existing cluster needs; `nil` takes the newest.
    static func find(version: String?) throws(ClusterError) -> PostgresPrograms {
        for folder in candidates(version: version) where isComplete(folder) {
            if let version, folder.hasPrefix(debian) == false, major(of: folder) != version { continue }
            return PostgresPrograms(folder: folder)
        }
        throw .noPostgres(version: version)
    }

    private static func candidates(version: String?) -> [String] {
        if let version { return ["\(debian)/\(version)/bin"] + pathFolders }
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []
        let newestFirst = installed.compactMap { Double($0) == nil ? nil : $0 }
            .sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }
        return newestFirst.map { "\(debian)/\($0)/bin" } + pathFolders
    }

    /// The real places of what PATH finds, because `initdb` looks for its files beside itself.
    private static var pathFolders: [String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map { folder in
            URL(filePath: "\(folder)/pg_ctl").resolvingSymlinksInPath().deletingLastPathComponent().path
        }
    }

    private static func isComplete(_ folder: String) -> Bool {
        ["initdb", "pg_ctl", "postgres"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
        }
    }

    private static func major(of folder: String) -> String? {
        let answer = try? Command(folder + "/postgres", ["--version"]).run()
        // "postgres (PostgreSQL) 15.8 (Debian …)"
        return answer?.split(separator: " ").dropFirst(2).first?.split(separator: ".").first.map(String.init)
    }
}
