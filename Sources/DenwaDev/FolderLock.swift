import Foundation
import Glibc

/// Makes sure that only one `denwa dev` uses a folder. The kernel drops the lock with the process, however that ends,
/// so a lock file that is left behind means nothing.
package final class FolderLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``ClusterError`` naming the process that has the folder.
    package init(folder: String) throws(ClusterError) {
        try PrivateFolder.make(folder)
        let path = folder + "/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .folder(folder, reason: String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            let pid = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            throw .locked(folder: folder, pid: pid.isEmpty ? "unknown" : pid)
        }
        let pid = Array("\(getpid())".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, pid, pid.count, 0)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
