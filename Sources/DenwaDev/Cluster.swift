import Foundation
import Glibc
import Postgres

/// A private PostgreSQL cluster in a folder, reachable through a Unix socket only.
///
/// The superuser is `denwa`; there is no password, because the socket's folder lets in nobody else.
package final class Cluster: Sendable {
    let layout: ClusterLayout
    private let options: ClusterOptions
    private let socketFolder: String
    /// Only temporary clusters have one.
    private let watcher: ClusterWatcher?

    /// Makes the cluster, unless it is there, and starts it, unless it runs.
    /// - Parameters:
    ///   - folder: an absolute path; may be new.
    ///   - notice: told what a person should know, one line each.
    /// - Throws: ``ClusterError``
    package static func start(
        folder: String, options: ClusterOptions = .init(), notice: (String) -> Void = { _ in }
    ) throws(ClusterError) -> Cluster {
        let layout = try ClusterLayout(folder: folder, notice: notice)
        let socketFolder = try ClusterStart(layout: layout, options: options).run()
        return Cluster(layout: layout, options: options, socketFolder: socketFolder, watcher: nil)
    }

    /// A new cluster for one test run. It is removed by ``stop()`` and, if the process ends without that, by a watcher.
    /// - Throws: ``ClusterError``
    package static func temporary(
        options: ClusterOptions = .init(maxConnections: 200)
    ) throws(ClusterError) -> Cluster {
        let folder = "/tmp/denwa-" + PrivateFolder.shortName(of: UUID().uuidString)
        let watcher = try ClusterWatcher(folder: folder)
        let layout = try ClusterLayout(folder: folder, notice: { _ in })
        let socketFolder = try ClusterStart(layout: layout, options: options).run()
        return Cluster(layout: layout, options: options, socketFolder: socketFolder, watcher: watcher)
    }

    /// Deletes a folder's cluster with all its data, wherever ``start(folder:options:notice:)`` has put it.
    package static func remove(folder: String) throws(ClusterError) {
        guard FileStatus(folder) != nil else { return }
        let layout = try ClusterLayout(folder: folder, notice: { _ in })
        Postmaster.stop(in: layout)
        try PrivateFolder.remove(layout.socketFolder)
        try PrivateFolder.remove(layout.data)
    }

    private init(layout: ClusterLayout, options: ClusterOptions, socketFolder: String, watcher: ClusterWatcher?) {
        self.layout = layout
        self.options = options
        self.socketFolder = socketFolder
        self.watcher = watcher
    }

    /// Starts the server again after a crash or a stop; returns at once if it runs.
    /// - Throws: ``ClusterError``
    package func restart() throws(ClusterError) {
        _ = try ClusterStart(layout: layout, options: options).run()
    }

    /// Where the server listens.
    package var socketPath: String { socketFolder + "/.s.PGSQL.5432" }

    /// Where the data is; on its disk others may measure.
    package var folder: String { layout.base }

    /// A libpq URL.
    package func url(database: String) -> String {
        "postgresql://\(ClusterStart.superuser)@/\(Self.escaped(database))?host=\(Self.escaped(socketFolder))"
    }

    /// Makes a database unless it is there.
    /// - Parameter template: a database to copy, to which nobody may be connected; `nil` starts empty.
    /// - Returns: its URL.
    /// - Throws: `PostgresError`
    @discardableResult
    package func createDatabase(_ name: String, template: String? = nil) throws -> String {
        let connection = try Connection(url: url(database: "postgres"), settings: .patient)
        if try connection.run("SELECT 1 AS found FROM pg_database WHERE datname = \(name)").count == 0 {
            let copy = template.map { " TEMPLATE \(Self.quoted($0))" } ?? ""
            try connection.execute(script: "CREATE DATABASE \(Self.quoted(name))\(copy)")
        }
        return url(database: name)
    }

    /// Ends the server and returns when it is down; a temporary cluster is then removed. May be called twice and in an
    /// `atexit` handler.
    package func stop() {
        Postmaster.stop(in: layout)
        if !layout.socketFolder.hasPrefix(layout.base) { rmdir(layout.socketFolder) }
        if watcher != nil { try? PrivateFolder.remove(layout.base) }
    }

    private static func quoted(_ identifier: String) -> String {
        "\"" + identifier.replacing("\"", with: "\"\"") + "\""
    }

    private static func escaped(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-._")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }
}
