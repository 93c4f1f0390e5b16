import Glibc

/// The unprivileged user that PostgreSQL runs as when we are root, which it refuses itself.
struct SystemUser: Sendable, Equatable {
    let name: String
    let userID: uid_t
    let groupID: gid_t

    /// The owner of an existing cluster, else `postgres`, else `nobody`; `nil` if we are not root and stay ourselves.
    static func forCluster(at dataFolder: String) -> SystemUser? {
        guard geteuid() == 0 else { return nil }
        if let owner = FileStatus(dataFolder)?.owner, owner != 0, let user = SystemUser(getpwuid(owner)) { return user }
        return SystemUser(getpwnam("postgres")) ?? SystemUser(getpwnam("nobody"))
    }

    private init?(_ entry: UnsafeMutablePointer<passwd>?) {
        guard let entry else { return nil }
        self.name = String(cString: entry.pointee.pw_name)
        self.userID = entry.pointee.pw_uid
        self.groupID = entry.pointee.pw_gid
    }

    /// util-linux, part of every Debian.
    var setprivArguments: [String] { ["--reuid", name, "--regid", "\(groupID)", "--init-groups"] }

    func own(_ path: String) throws(ClusterError) {
        guard chown(path, userID, groupID) == 0 else {
            throw .folder(path, reason: String(cString: strerror(errno)))
        }
    }

    /// Whether the user gets there, which needs every folder above to let it through.
    func canEnter(_ path: String) -> Bool {
        (try? Command("/usr/bin/test", ["-w", path, "-a", "-x", path]).run(as: self)) != nil
    }
}

/// What `lstat` says of a path that exists.
struct FileStatus {
    let owner: uid_t
    let isFolder: Bool

    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.owner = status.st_uid
        self.isFolder = status.st_mode & S_IFMT == S_IFDIR
    }
}
