import Glibc

/// What may happen to a database, on purpose.
extension Cluster {
    /// `kill -9` of the main process. The others end by themselves when they notice; ``restart()`` recovers the data.
    package func crash() {
        guard let postmaster = Postmaster.live(in: layout) else { return }
        kill(postmaster.pid, SIGKILL)
    }

    /// Makes all processes of the server stand still, the main one first so that it starts no new ones.
    /// - Returns: the processes, for ``resume(_:)``.
    package func suspend() -> [Int32] {
        guard let postmaster = Postmaster.live(in: layout) else { return [] }
        kill(postmaster.pid, SIGSTOP)
        let processes = Postmaster.processes(in: layout.data)
        for process in processes { kill(process, SIGSTOP) }
        return processes
    }

    /// Lets them go on.
    package func resume(_ processes: [Int32]) {
        for process in processes { kill(process, SIGCONT) }
    }
}
