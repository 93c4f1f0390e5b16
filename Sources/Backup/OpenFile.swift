import Glibc

/// An open file or folder, which is closed with the value.
final class OpenFile {
    let path: String
    let descriptor: Int32

    /// - Parameter flags: of `open`; a file that is made can be read and written by its owner only.
    /// - Throws: ``BackupError/file(path:reason:)`` or ``BackupError/diskFull(path:)``.
    init(_ path: String, _ flags: Int32) throws(BackupError) {
        let descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(path) }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Bytes of the file.
    func size() throws(BackupError) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .file(path: path, reason: "it is not a file") }
        return Int64(status.st_size)
    }

    /// Where the next read begins; a program that has inherited the file moves it too.
    var offset: Int64 { Int64(lseek(descriptor, 0, SEEK_CUR)) }

    func rewind() { lseek(descriptor, 0, SEEK_SET) }

    /// Fills the buffer from where the last read ended.
    /// - Returns: how many bytes; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(BackupError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw .system(path) }
        }
    }

    /// Writes all of it.
    func write(_ bytes: UnsafeRawBufferPointer) throws(BackupError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, part.baseAddress, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(path) }
            rest = rest.dropFirst(count)
        }
    }

    /// Returns when it is on the disk.
    func sync() throws(BackupError) {
        guard fsync(descriptor) == 0 else { throw .system(path) }
    }
}
