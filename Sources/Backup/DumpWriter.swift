import Crypto

/// Takes a dump from `pg_dump`'s hands to the disk, and hashes it on the way.
///
/// Through us and not into a file of its own, so that the program ends with us, however we end.
struct DumpWriter {
    let file: OpenFile
    let observer: Observer

    /// - Parameter onPause: called a few times a second.
    /// - Returns: what is on the disk now.
    func write(from tool: Tool, onPause: () throws -> Void) throws -> Manifest.Dump {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var hasher = SHA256()
        var bytes: Int64 = 0
        var paused = ContinuousClock.now
        while true {
            try observer.check()
            if ContinuousClock.now - paused > .milliseconds(300) {
                try onPause()
                paused = .now
            }
            guard let count = try tool.read(into: buffer) else { continue }
            guard count > 0 else { break }
            let part = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            try file.write(part)
            hasher.update(bufferPointer: part)
            bytes += Int64(count)
        }
        try tool.finish()
        try file.sync()
        return Manifest.Dump(bytes: bytes, sha256: hasher.finalize().hex)
    }
}
