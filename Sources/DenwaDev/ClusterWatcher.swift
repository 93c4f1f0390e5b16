import Glibc

/// A small process that outlives us and then removes the temporary cluster, so that not even `kill -9` leaves one.
///
/// It waits for the end of a pipe whose other end only we hold; the kernel closes it with us. A server that stands still
/// has to be woken to hear that it should end.
final class ClusterWatcher: Sendable {
    private let descriptor: Int32

    private static let script = """
        trap '' HUP INT TERM
        cd /
        read -r _
        for process in /proc/[0-9]*; do
            [ "$(readlink "$process/cwd")" = "$1/data" ] && kill -CONT "${process#/proc/}"
        done 2>/dev/null
        pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -INT "$pid" 2>/dev/null
        tries=0
        while [ -e "$1/data/postmaster.pid" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
        rm -rf "$1"
        """

    /// - Parameter folder: the cluster's folder, not yet made.
    init(folder: String) throws(ClusterError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .failed(step: "sh", output: String(cString: strerror(errno))) }
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        self.descriptor = ends[1]
        defer { close(ends[0]) }
        _ = try ChildProcess("/bin/sh", ["-c", Self.script, "denwa-watcher", folder], input: ends[0])
    }

    deinit { close(descriptor) }
}
