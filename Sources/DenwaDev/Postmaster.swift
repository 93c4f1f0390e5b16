import Foundation
import Glibc

/// PostgreSQL's main process, as its `postmaster.pid` tells.
struct Postmaster: Sendable {
    let pid: pid_t
    /// `nil` until it listens.
    let socketFolder: String?

    /// The process that runs the cluster now. A file that was left behind counts as none, even if its number belongs to
    /// another process by now.
    static func live(in layout: ClusterLayout) -> Postmaster? {
        guard let postmaster = Postmaster(pidFile: layout.pidFile), postmaster.works(in: layout.data) else {
            return nil
        }
        return postmaster
    }

    /// Removes a file that PostgreSQL itself would take for a running server: its number belongs to another process by
    /// now, and nobody works in the data folder.
    static func removeStaleFiles(in layout: ClusterLayout) {
        let socketLock = layout.socketFolder + "/.s.PGSQL.5432.lock"
        for path in [layout.pidFile, socketLock] {
            guard let stale = Postmaster(pidFile: path), kill(stale.pid, 0) == 0, !isInUse(layout.data) else {
                continue
            }
            unlink(path)
        }
    }

    /// Asks for a fast shutdown, as `pg_ctl stop` does, and waits for it; then insists. Needs no other process, so that
    /// it works in an `atexit` handler.
    static func stop(in layout: ClusterLayout) {
        for (signal, seconds) in [(SIGINT, 30.0), (SIGQUIT, 10.0), (SIGKILL, 5.0)] {
            guard let postmaster = live(in: layout) else { return }
            kill(postmaster.pid, signal)
            let deadline = ContinuousClock.now + .seconds(seconds)
            while postmaster.works(in: layout.data), ContinuousClock.now < deadline { usleep(10_000) }
        }
    }

    /// Line 1 is the process, line 5 the socket's folder (PostgreSQL's `miscadmin.h`).
    private init?(pidFile: String) {
        guard let text = try? String(contentsOfFile: pidFile, encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let pid = lines.first.flatMap({ pid_t($0) }), pid > 0 else { return nil }
        self.pid = pid
        self.socketFolder = lines.count > 5 && !lines[4].isEmpty ? String(lines[4]) : nil
    }

    /// A server's working directory is its data folder; a dead process and a zombie have none.
    private func works(in data: String) -> Bool {
        Self.workingDirectory(of: "\(pid)") == Self.realPath(data)
    }

    private static func isInUse(_ data: String) -> Bool { !processes(in: data).isEmpty }

    /// All processes of the server, which work in its data folder.
    static func processes(in data: String) -> [pid_t] {
        let data = realPath(data)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { workingDirectory(of: "\($0)") == data }
    }

    private static func workingDirectory(of process: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
    }

    private static func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
