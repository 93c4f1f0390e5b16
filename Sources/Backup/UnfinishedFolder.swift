import Foundation
import Glibc

/// A folder in which a backup is made, under a name that none has. It gets its own name when it is whole and on the disk,
/// and is removed otherwise. What `kill -9` leaves is removed by the next backup beside it.
final class UnfinishedFolder {
    private let parent: String
    let path: String
    /// Holds the lock that says that somebody is at work here; the kernel drops it with the process.
    private let lock: OpenFile
    private var isFinished = false

    private static let prefix = ".denwa-backup-"

    /// - Parameter parent: the folder that the finished one is to be in.
    init(in parent: String) throws(BackupError) {
        Self.sweep(parent)
        var template = Array((parent + "/" + Self.prefix + "XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw .system(parent) }
        self.parent = parent
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        lock = try OpenFile(path, O_RDONLY | O_DIRECTORY)
        // Between the two calls somebody else may have swept it.
        guard flock(lock.descriptor, LOCK_EX | LOCK_NB) == 0, access(path, F_OK) == 0 else {
            throw .file(path: path, reason: "another program has taken it away")
        }
    }

    deinit {
        if !isFinished { try? FileManager.default.removeItem(atPath: path) }
    }

    /// A new file in it, which nobody else may read.
    func makeFile(_ name: String) throws(BackupError) -> OpenFile {
        try OpenFile(path + "/" + name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
    }

    /// Gives it its name, and returns when all of it is on the disk.
    /// - Throws: ``BackupError/isBackup(path:)`` if something has that name by now.
    func finish(as target: String) throws(BackupError) {
        try lock.sync()
        guard access(target, F_OK) != 0 else { throw .isBackup(path: target) }
        guard rename(path, target) == 0 else {
            throw errno == ENOTEMPTY || errno == EEXIST ? .isBackup(path: target) : .system(target)
        }
        isFinished = true
        try OpenFile(parent, O_RDONLY | O_DIRECTORY).sync()
    }

    /// Removes what nobody works on any more.
    private static func sweep(_ parent: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let path = parent + "/" + name
            guard let folder = try? OpenFile(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
                flock(folder.descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
