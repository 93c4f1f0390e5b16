import Glibc

/// The standard input as a file: what is checked before it is imported is read twice.
package enum SpooledInput {
    private static let chunk = 1 << 18

    /// The input itself if it is a file; otherwise a copy that no folder shows and that goes with the process.
    package static func file(_ descriptor: Int32 = STDIN_FILENO) throws(TransferError) -> InputFile {
        let name = "standard input"
        if lseek(descriptor, 0, SEEK_CUR) == 0, let own = duplicate(descriptor) {
            return try InputFile(descriptor: own, name: name)
        }
        let copy = try unnamedFile()
        do throws(TransferError) {
            try pump(from: descriptor, to: copy)
        } catch {
            close(copy)
            throw error
        }
        return try InputFile(descriptor: copy, name: name)
    }

    private static func duplicate(_ descriptor: Int32) -> Int32? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        return own < 0 ? nil : own
    }

    private static func unnamedFile() throws(TransferError) -> Int32 {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(folder)/denwa-import-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw .system(folder, "takes no copy of the standard input") }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private static func pump(from source: Int32, to target: Int32) throws(TransferError) {
        var bytes = [UInt8](repeating: 0, count: chunk)
        while true {
            let count = read(source, &bytes, chunk)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("The standard input", "cannot be read") }
            if count == 0 { return }
            guard let number = writeAll(bytes[..<count], to: target) else { continue }
            throw .system("The copy of the standard input", "cannot be written", number)
        }
    }
}

/// - Returns: the system's error, if there was one.
func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int32? {
    var rest = bytes
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return errno }
        rest = rest.dropFirst(count)
    }
    return nil
}
