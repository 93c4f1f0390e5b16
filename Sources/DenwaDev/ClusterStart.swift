import Foundation
import Glibc
import Postgres

/// Brings a cluster from whatever state its folder is in to one that answers.
struct ClusterStart {
    static let superuser = "denwa"

    let layout: ClusterLayout
    let options: ClusterOptions

    private static let patience = Duration.seconds(60)
    /// After a crash the old server's children may need a moment to leave.
    private static let attempts = 5

    /// - Returns: the folder of the socket.
    func run() throws(ClusterError) -> String {
        try initialise()
        let deadline = ContinuousClock.now + Self.patience
        var failures = 0
        var reason = "it did not answer within \(Self.patience)"
        while ContinuousClock.now < deadline {
            if let postmaster = Postmaster.live(in: layout) {
                if let folder = postmaster.socketFolder {
                    guard let problem = probe(folder) else { return folder }
                    reason = problem
                }
                usleep(50_000)
            } else {
                do {
                    try launch()
                } catch {
                    failures += 1
                    guard failures < Self.attempts else { throw .notReady(folder: layout.base, reason: lastLog(error)) }
                    usleep(500_000)
                }
            }
        }
        throw .notReady(folder: layout.base, reason: reason)
    }

    /// The version of an existing cluster.
    private var existingVersion: String? {
        let text = try? String(contentsOfFile: layout.data + "/PG_VERSION", encoding: .utf8)
        return text?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Everything is made beside its place and moved there at the end, so that an interruption leaves nothing half-made.
    private func initialise() throws(ClusterError) {
        guard existingVersion == nil else { return }
        let new = layout.data + ".new"
        try PrivateFolder.remove(new)
        let initdb = Command(
            try PostgresPrograms.find(version: nil).initdb,
            [
                "--pgdata", new, "--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--username", Self.superuser,
                "--no-instructions", options.durable ? "--data-checksums" : "--no-sync",
            ],
            in: layout.base)
        _ = try initdb.run(as: layout.user)
        do {
            let file = try FileHandle(forWritingTo: URL(filePath: new + "/postgresql.conf"))
            try file.seekToEnd()
            try file.write(contentsOf: Data("\ninclude 'denwa.conf'\n".utf8))
            try file.close()
            try FileManager.default.moveItem(atPath: new, toPath: layout.data)
        } catch {
            throw .folder(layout.base, reason: error.localizedDescription)
        }
    }

    private func launch() throws(ClusterError) {
        let programs = try PostgresPrograms.find(version: existingVersion)
        try writeConfiguration()
        Postmaster.removeStaleFiles(in: layout)
        let start = Command(
            programs.pgCtl,
            ["start", "--silent", "--wait", "--timeout=60", "--pgdata", layout.data, "--log", layout.log],
            in: layout.base)
        _ = try start.run(as: layout.user)
    }

    private func writeConfiguration() throws(ClusterError) {
        let path = layout.data + "/denwa.conf"
        let text = options.configuration(socketFolder: layout.socketFolder)
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: attributes) else {
            throw .folder(layout.data, reason: "denwa.conf could not be written")
        }
        try layout.user?.own(path)
    }

    /// - Returns: why the server does not answer yet, or `nil`.
    private func probe(_ socketFolder: String) -> String? {
        let parameters = "host='\(Self.quoted(socketFolder))' user=\(Self.superuser) dbname=postgres"
        do {
            _ = try Connection(url: parameters)
            return nil
        } catch {
            return error.message
        }
    }

    private static func quoted(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
    }

    private func lastLog(_ error: ClusterError) -> String {
        let log = (try? String(contentsOfFile: layout.log, encoding: .utf8)) ?? ""
        let tail = log.split(separator: "\n").suffix(3).joined(separator: " | ")
        return tail.isEmpty ? error.description : "\(tail) (see \(layout.log))"
    }
}
