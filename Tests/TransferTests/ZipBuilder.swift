import CZlib

/// Makes archives, good ones and others.
struct ZipBuilder {
    struct File {
        var name: [UInt8]
        var data: [UInt8]
        var method: UInt16 = 8
        var flags: UInt16 = 0
        var crc: UInt32?
        var size: UInt32?
        var attributes: UInt32 = 0o100_644 << 16
        /// What the entry's own header calls it.
        var localName: [UInt8]?
        /// Points at the place of another file.
        var offset: UInt32?

        init(_ name: String, _ data: String) {
            self.name = Array(name.utf8)
            self.data = Array(data.utf8)
        }

        func changed(_ change: (inout File) -> Void) -> File {
            var file = self
            change(&file)
            return file
        }
    }

    var files: [File]
    var comment: [UInt8] = []
    /// Claimed in the place of the true number.
    var entryCount: UInt16?
    /// With the records of large archives.
    var is64 = false

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for file in files {
            let packed = file.method == 8 ? Self.deflated(file.data) : file.data
            let crc = file.crc ?? Self.crc(file.data)
            let size = file.size ?? UInt32(file.data.count)
            let local = file.localName ?? file.name
            directory += le32(0x0201_4B50) + le16(0x031E) + le16(20) + le16(file.flags) + le16(file.method) + le32(0)
            directory += le32(crc) + le32(UInt32(packed.count)) + le32(size) + le16(UInt16(file.name.count)) + le16(0)
            directory += le16(0) + le16(0) + le16(0) + le32(file.attributes) + le32(file.offset ?? UInt32(bytes.count))
            directory += file.name
            bytes += le32(0x0403_4B50) + le16(20) + le16(file.flags) + le16(file.method) + le32(0) + le32(crc)
            bytes += le32(UInt32(packed.count)) + le32(size) + le16(UInt16(local.count)) + le16(0) + local + packed
        }
        let offset = bytes.count
        bytes += directory
        if is64 { bytes += records64(offset: offset, size: directory.count) }
        let count = entryCount ?? UInt16(files.count)
        bytes += le32(0x0605_4B50) + le32(0) + le16(is64 ? 0xFFFF : count) + le16(is64 ? 0xFFFF : count)
        bytes += le32(is64 ? 0xFFFF_FFFF : UInt32(directory.count)) + le32(is64 ? 0xFFFF_FFFF : UInt32(offset))
        return bytes + le16(UInt16(comment.count)) + comment
    }

    private func records64(offset: Int, size: Int) -> [UInt8] {
        let count = UInt64(entryCount.map { UInt64($0) } ?? UInt64(files.count))
        return le32(0x0606_4B50) + le64(44) + le16(45) + le16(45) + le32(0) + le32(0) + le64(count) + le64(count)
            + le64(UInt64(size)) + le64(UInt64(offset)) + le32(0x0706_4B50) + le32(0) + le64(UInt64(offset + size))
            + le32(1)
    }

    static func crc(_ data: [UInt8]) -> UInt32 { UInt32(truncatingIfNeeded: crc32_z(0, data, data.count)) }

    static func deflated(_ data: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var input = data
        var output = [UInt8](repeating: 0, count: data.count + data.count / 100 + 100)
        let made = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                deflate(&stream, Z_FINISH)
                return output.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<made])
    }

    func le16(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }
    func le32(_ value: UInt32) -> [UInt8] { le16(UInt16(value & 0xFFFF)) + le16(UInt16(value >> 16)) }
    func le64(_ value: UInt64) -> [UInt8] { le32(UInt32(value & 0xFFFF_FFFF)) + le32(UInt32(value >> 32)) }
}
