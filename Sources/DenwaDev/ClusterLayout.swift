import Foundation
import Glibc

/// Where a cluster's parts are, and as whom PostgreSQL runs.
struct ClusterLayout: Sendable {
    /// The cluster's own folder.
    let base: String
    let user: SystemUser?

    var data: String { base + "/data" }
    var log: String { base + "/postgres.log" }
    var pidFile: String { data + "/postmaster.pid" }

    /// A path in `sockaddr_un` has at most 107 bytes; this is what PostgreSQL appends to the folder.
    private static let socketFolderLimit = 107 - "/.s.PGSQL.5432".utf8.count

    /// Beside the data, unless that is too long a path for a socket.
    var socketFolder: String {
        let inside = base + "/socket"
        return inside.utf8.count <= Self.socketFolderLimit ? inside : "/tmp/denwa-" + PrivateFolder.shortName(of: base)
    }

    /// Where root keeps the clusters of folders that the unprivileged user cannot enter.
    private static let fallback = "/var/lib/denwa-dev"

    static func fallback(for folder: String) -> String { fallback + "/" + PrivateFolder.shortName(of: folder) }

    /// Makes the folders and gives them to the user that PostgreSQL runs as.
    /// - Parameter notice: told where the data is, if that is not in `folder`.
    init(folder: String, notice: (String) -> Void) throws(ClusterError) {
        // pg_ctl starts the server through a shell and quotes its path no better than this.
        guard !folder.contains(where: { "\"$`\\\n".contains($0) }) else {
            throw .folder(folder, reason: "PostgreSQL does not start in a path with a quotation mark, $, ` or \\")
        }
        try PrivateFolder.make(folder)
        let user = SystemUser.forCluster(at: folder + "/data")
        guard let user else {
            try self.init(base: folder, user: nil)
            return
        }
        try user.own(folder)
        if user.canEnter(folder) {
            try self.init(base: folder, user: user)
            return
        }
        let base = Self.fallback(for: folder)
        notice("PostgreSQL's user \(user.name) cannot enter \(folder): the data is in \(base).")
        try PrivateFolder.make(base)
        // Enterable, not readable: each cluster below has its own owner.
        chmod(Self.fallback, 0o711)
        try user.own(base)
        try self.init(base: base, user: user)
    }

    private init(base: String, user: SystemUser?) throws(ClusterError) {
        self.base = base
        self.user = user
        let sockets = socketFolder
        try PrivateFolder.make(sockets)
        try user?.own(sockets)
        // In /tmp somebody else may have been there first.
        guard let status = FileStatus(sockets), status.isFolder, status.owner == user?.userID ?? geteuid() else {
            throw .folder(sockets, reason: "it belongs to another user")
        }
    }
}
