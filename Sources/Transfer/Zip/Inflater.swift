import CZlib

/// Unpacks one deflated stream (RFC 1951). Owns zlib's state.
final class Inflater {
    /// zlib keeps a pointer to it.
    private let stream: UnsafeMutablePointer<z_stream>
    private(set) var isAtEnd = false

    /// - Returns: `nil` if there is no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Negative: without the header of zlib.
        guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Unpacks as much as there is room for.
    /// - Returns: how many bytes were used and how many were made; `nil` if the input is not deflated.
    func unpack(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> (used: Int, made: Int)? {
        guard let source = input.baseAddress, let target = output.baseAddress,
            let available = UInt32(exactly: input.count), let room = UInt32(exactly: output.count)
        else { return nil }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: source.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = available
        stream.pointee.next_out = target.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = room
        switch inflate(stream, Z_NO_FLUSH) {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isAtEnd = true
        default: return nil
        }
        return (Int(available - stream.pointee.avail_in), Int(room - stream.pointee.avail_out))
    }
}

enum CRC32 {
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard let base = bytes.baseAddress else { return 0 }
        return UInt32(truncatingIfNeeded: crc32_z(0, base.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
}
