import Glibc

/// Bytes that can be read at any place.
package protocol RandomAccess {
    /// In bytes.
    var size: Int { get }

    /// Reads up to as many bytes as there is room for; fewer only at the end.
    /// - Returns: how many.
    func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws -> Int
}

/// A regular file, open for reading.
package final class InputFile: RandomAccess {
    /// As the person knows it.
    package let name: String
    /// In bytes, when it was opened.
    package let size: Int
    private let descriptor: Int32

    /// - Parameters:
    ///   - followLinks: whether the path may be a symbolic link.
    /// - Throws: ``TransferError`` if it cannot be read, or is no regular file.
    package convenience init(_ path: String, name: String? = nil, followLinks: Bool = true) throws(TransferError) {
        // A pipe in the place of a file must not keep us waiting.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followLinks ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else {
            if errno == ELOOP { throw TransferError("\(name ?? path) is a symbolic link; put the file itself there.") }
            throw .system(name ?? path, "cannot be read")
        }
        try self.init(descriptor: descriptor, name: name ?? path)
    }

    /// Takes the descriptor over and closes it.
    init(descriptor: Int32, name: String) throws(TransferError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw TransferError("\(name) is no file.")
        }
        self.descriptor = descriptor
        self.name = name
        self.size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// - Throws: ``TransferError`` if the system cannot read.
    package func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws -> Int {
        var done = 0
        while done < bytes.count {
            let count = pread(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TransferError.system(name, "cannot be read") }
            if count == 0 { break }
            done += count
        }
        return done
    }
}

extension RandomAccess {
    /// - Returns: `nil` unless all of them are there.
    func bytes(at offset: Int, count: Int) throws -> [UInt8]? {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try bytes.withUnsafeMutableBytes { try read(at: offset, into: $0) }
        return got == count ? bytes : nil
    }
}

/// Bytes in memory.
package struct InputBytes: RandomAccess {
    private let bytes: [UInt8]

    /// As if they were a file's.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var size: Int { bytes.count }

    package func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) -> Int {
        guard bytes.indices.contains(offset) else { return 0 }
        let end = min(bytes.count, offset + target.count)
        bytes.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<end])) }
        return end - offset
    }
}
