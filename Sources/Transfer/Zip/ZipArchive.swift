/// An archive that somebody else has made: nothing that it says is believed, and nothing of it is ever written to a disk.
///
/// The whole list of entries is looked through before one is unpacked: names, kinds, sizes, and that no two entries share bytes.
package struct ZipArchive {
    /// The files, in the order of their places in the archive.
    package let entries: [ZipEntry]
    private let bytes: any RandomAccess

    /// - Throws: ``ZipError``; ``TransferError`` if the file cannot be read.
    package init(_ bytes: any RandomAccess, bounds: ZipBounds = ZipBounds()) throws {
        let tailCount = min(bytes.size, ZipDirectory.tailLimit)
        guard let tail = try bytes.bytes(at: bytes.size - tailCount, count: tailCount) else { throw ZipError.broken }
        let location = try ZipDirectory.location(in: tail, of: bytes.size)
        guard location.entries <= bounds.entries, location.size <= bounds.directory else {
            throw ZipError.tooMany(bounds.entries, "entries")
        }
        guard let list = try bytes.bytes(at: location.offset, count: location.size) else { throw ZipError.broken }
        self.bytes = bytes
        entries = try Self.placed(ZipDirectory.entries(list, at: location, bounds), before: location.offset)
    }

    /// From its header's place on, an entry takes 30 bytes, its name, and what is packed.
    private static func placed(_ entries: [ZipEntry], before end: Int) throws(ZipError) -> [ZipEntry] {
        var placed = entries.sorted { $0.offset < $1.offset }
        for index in placed.indices {
            let entry = placed[index]
            let limit = index + 1 < placed.count ? placed[index + 1].offset : end
            let least = 30 + entry.name.utf8.count + entry.packed
            guard entry.offset <= limit, least <= limit - entry.offset else {
                throw .entry(entry.name, "shares its bytes with another one, or lies outside the archive")
            }
            placed[index].limit = limit
        }
        return placed
    }

    /// Unpacks an entry into memory.
    /// - Throws: ``ZipError`` unless it is exactly what the list says.
    package func contents(of entry: ZipEntry) throws -> [UInt8] {
        let start = try dataStart(of: entry)
        let contents =
            entry.isDeflated ? try inflated(entry, from: start) : try bytes.bytes(at: start, count: entry.size)
        guard let contents else { throw ZipError.broken }
        guard contents.withUnsafeBytes({ CRC32.of($0) }) == entry.crc else {
            throw ZipError.entry(entry.name, "is damaged: its checksum is another one")
        }
        return contents
    }

    /// The entry's own header has to say the same as the list.
    private func dataStart(of entry: ZipEntry) throws -> Int {
        guard let header = try bytes.bytes(at: entry.offset, count: 30) else { throw ZipError.broken }
        let fields = LittleEndian(bytes: header)
        guard fields.u32(0) == 0x0403_4B50, let flags = fields.u16(6), let method = fields.u16(8),
            let packed = fields.u32(18), let size = fields.u32(22), let nameLength = fields.u16(26),
            let extraLength = fields.u16(28),
            let name = try bytes.bytes(at: entry.offset + 30, count: nameLength)
        else { throw ZipError.broken }
        // With this flag, or in large archives, the sizes stand elsewhere.
        let saysSizes = flags & 8 == 0 && packed != 0xFFFF_FFFF && size != 0xFFFF_FFFF
        guard name.elementsEqual(entry.name.utf8), method == (entry.isDeflated ? 8 : 0), flags & 0x2041 == 0,
            !saysSizes || (packed == entry.packed && size == entry.size)
        else { throw ZipError.entry(entry.name, "is described in two ways") }
        let start = entry.offset + 30 + nameLength + extraLength
        guard start <= entry.limit, entry.packed <= entry.limit - start else {
            throw ZipError.entry(entry.name, "shares its bytes with another one")
        }
        return start
    }

    private static let chunk = 1 << 16

    private func inflated(_ entry: ZipEntry, from start: Int) throws -> [UInt8] {
        guard let inflater = Inflater() else { throw ZipError("There is not enough memory to unpack the archive.") }
        // One byte more than there should be, to see whether there is more.
        var output = [UInt8](repeating: 0, count: entry.size + 1)
        var made = 0
        var used = 0
        var input: [UInt8] = []
        while !inflater.isAtEnd, made <= entry.size {
            let offset = start + used
            input = try bytes.bytes(at: offset, count: min(Self.chunk, entry.packed - used)) ?? []
            guard !input.isEmpty else { break }
            let step = input.withUnsafeBytes { input in
                output.withUnsafeMutableBytes { output in
                    inflater.unpack(input, into: UnsafeMutableRawBufferPointer(rebasing: output[made...]))
                }
            }
            guard let step, step.used > 0 || step.made > 0 else {
                throw ZipError.entry(entry.name, "is damaged: it cannot be unpacked")
            }
            used += step.used
            made += step.made
        }
        guard inflater.isAtEnd, made == entry.size, used == entry.packed else {
            throw ZipError.entry(entry.name, "is not as large as the list of entries says")
        }
        output.removeLast()
        return output
    }
}
