import Foundation
package import Glibc

/// A program that was started without a shell, with no open file of ours but the ones named.
///
/// Not Foundation's `Process`: that one takes a program for running as long as anything that it has started runs, and
/// `pg_ctl` starts a server.
package struct ChildProcess: Sendable {
    /// The number of its process group as well.
    package let pid: pid_t

    /// - Parameters:
    ///   - program: an absolute path.
    ///   - input: its standard input; `nil` is empty.
    ///   - output: its standard output and error; `nil` throws them away.
    ///   - errors: its standard error, if that goes elsewhere.
    ///   - environment: its variables; ours by default.
    /// - Throws: ``ClusterError/failed(step:output:)`` if it cannot be started.
    package init(
        _ program: String, _ arguments: [String], input: Int32? = nil, output: Int32? = nil, errors: Int32? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ClusterError) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (target, descriptor) in [(0, input), (1, output), (2, errors ?? output)] as [(Int32, Int32?)] {
            if let descriptor {
                posix_spawn_file_actions_adddup2(&actions, descriptor, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
            }
        }
        for descriptor in Self.openFiles { posix_spawn_file_actions_addclose(&actions, descriptor) }
        Self.detach(&attributes)
        let words = ([program] + arguments).map { strdup($0) }
        let environment = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { (words + environment).forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, program, &actions, &attributes, words + [nil], environment + [nil])
        guard failure == 0 else {
            throw .failed(step: program, output: "it could not be started: \(String(cString: strerror(failure)))")
        }
        self.pid = pid
    }

    /// Gives the program a process group of its own: Ctrl-C is for us, and we tell it in our own order. Signals that we
    /// have blocked or ignored are as usual for it.
    private static func detach(_ attributes: inout posix_spawnattr_t) {
        var blocked = sigset_t()
        var usual = sigset_t()
        sigemptyset(&blocked)
        sigfillset(&usual)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    }

    /// What the program must not inherit.
    private static var openFiles: [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { Int32($0) }.filter { $0 > 2 }
    }

    /// Waits for the end, and blocks the thread that long.
    /// - Returns: its exit status; 128 and the signal's number if a signal ended it.
    @discardableResult
    package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return 0 }
        }
        return Self.exitStatus(status)
    }

    /// The exit status as ``wait()`` returns it if the program has ended, once; does not wait.
    package func poll() -> Int32? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? Self.exitStatus(status) : nil
    }

    private static func exitStatus(_ status: Int32) -> Int32 {
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}
