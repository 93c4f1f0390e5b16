/// Reads the list of entries at the end of an archive (PKWARE, "APPNOTE.TXT", 4.3.12 to 4.3.16), strictly. No I/O.
enum ZipDirectory {
    /// Where the list is.
    struct Location: Equatable {
        let entries: Int
        let offset: Int
        let size: Int
    }

    /// Bytes from the end within which the location is: its record with the longest comment, and those of ZIP64.
    static let tailLimit = 22 + 65_535 + 20 + 56

    private static let endSignature = 0x0605_4B50
    private static let locator64Signature = 0x0706_4B50
    private static let end64Signature = 0x0606_4B50
    private static let entrySignature = 0x0201_4B50

    /// - Parameters:
    ///   - tail: the last bytes of the archive.
    ///   - size: bytes of the whole archive.
    static func location(in tail: [UInt8], of size: Int) throws(ZipError) -> Location {
        let bytes = LittleEndian(bytes: tail)
        guard let end = endRecord(in: bytes) else { throw ZipError("This is no ZIP archive, or it was cut off.") }
        guard let disk = bytes.u16(end + 4), let first = bytes.u16(end + 6), let here = bytes.u16(end + 8),
            let entries = bytes.u16(end + 10), let length = bytes.u32(end + 12), let offset = bytes.u32(end + 16)
        else { throw .broken }
        let start = size - tail.count
        guard entries == 0xFFFF || length == 0xFFFF_FFFF || offset == 0xFFFF_FFFF else {
            guard disk == 0, first == 0, here == entries else { throw .severalParts }
            return try checked(Location(entries: entries, offset: offset, size: length), endsAt: start + end)
        }
        return try location64(bytes, locator: end - 20, start: start)
    }

    /// The record ends, with its comment, exactly where the archive ends.
    private static func endRecord(in bytes: LittleEndian) -> Int? {
        var place = bytes.count - 22
        while place >= 0, place >= bytes.count - 22 - 65_535 {
            if bytes.u32(place) == endSignature, bytes.u16(place + 20) == bytes.count - place - 22 { return place }
            place -= 1
        }
        return nil
    }

    private static func location64(_ bytes: LittleEndian, locator: Int, start: Int) throws(ZipError) -> Location {
        guard bytes.u32(locator) == locator64Signature, let disk = bytes.u32(locator + 4),
            let place = bytes.u64(locator + 8), let disks = bytes.u32(locator + 16)
        else { throw .broken }
        // Compared before anything is added to it: the number is the archive's word.
        guard place >= start, place < start + locator else { throw .broken }
        let end = place - start
        guard bytes.u32(end) == end64Signature, let length = bytes.u64(end + 4), length == locator - end - 12,
            let own = bytes.u32(end + 16), let first = bytes.u32(end + 20), let here = bytes.u64(end + 24),
            let entries = bytes.u64(end + 32), let size = bytes.u64(end + 40), let offset = bytes.u64(end + 48)
        else { throw .broken }
        guard disk == 0, disks <= 1, own == 0, first == 0, here == entries else { throw .severalParts }
        return try checked(Location(entries: entries, offset: offset, size: size), endsAt: place)
    }

    private static func checked(_ location: Location, endsAt end: Int) throws(ZipError) -> Location {
        guard location.size <= end, location.offset == end - location.size else { throw .broken }
        // An entry takes 46 bytes and its name.
        guard location.entries <= location.size / 46 else { throw .broken }
        return location
    }

    /// - Parameter list: the bytes of the list.
    static func entries(_ list: [UInt8], at location: Location, _ bounds: ZipBounds) throws(ZipError) -> [ZipEntry] {
        let bytes = LittleEndian(bytes: list)
        var entries: [ZipEntry] = []
        var names: Set<String> = []
        var place = 0
        var total = 0
        for _ in 0..<location.entries {
            let entry = try entry(bytes, at: &place, bounds)
            guard names.insert(entry.name).inserted else { throw .entry(entry.name, "is there twice") }
            total += entry.size
            guard total <= bounds.total else { throw ZipError("Unpacked, the archive would be far too large.") }
            if !entry.name.hasSuffix("/") { entries.append(entry) }
        }
        guard place == list.count else { throw .broken }
        return entries
    }

    private static func entry(
        _ bytes: LittleEndian, at place: inout Int, _ bounds: ZipBounds
    ) throws(ZipError) -> ZipEntry {
        guard bytes.u32(place) == entrySignature, let flags = bytes.u16(place + 8),
            let method = bytes.u16(place + 10), let crc = bytes.u32(place + 16), let nameLength = bytes.u16(place + 28),
            let extraLength = bytes.u16(place + 30), let commentLength = bytes.u16(place + 32),
            let disk = bytes.u16(place + 34), let attributes = bytes.u32(place + 38)
        else { throw .broken }
        let nameStart = place + 46
        let extraStart = nameStart + nameLength
        let end = extraStart + extraLength + commentLength
        guard end <= bytes.count else { throw .broken }
        guard let name = String(validating: bytes.bytes[nameStart..<extraStart], as: UTF8.self) else {
            throw ZipError("The name of an entry is not UTF-8.")
        }
        if let fault = ZipEntry.fault(ofName: name) { throw .entry(name, fault) }
        guard flags & 0x2041 == 0 else { throw .entry(name, "is encrypted") }
        guard method == 0 || method == 8 else { throw .entry(name, "is packed in a way that is not known") }
        guard disk == 0 else { throw .severalParts }
        // The kind of file, as Unix has it; 0 where the archive was made elsewhere.
        guard [0, 4, 8].contains(attributes >> 28) else { throw .entry(name, "is a link or a special file") }
        let sizes = try ZipSizes(bytes, header: place, extra: extraStart..<(extraStart + extraLength), name)
        try sizes.check(name, isDeflated: method == 8, bounds)
        place = end
        return ZipEntry(
            name: name, isDeflated: method == 8, crc: UInt32(truncatingIfNeeded: crc), packed: sizes.packed,
            size: sizes.unpacked, offset: sizes.offset)
    }
}

/// How large an entry is, and where.
private struct ZipSizes {
    var unpacked: Int
    var packed: Int
    var offset: Int

    /// What does not fit into 32 bits stands in an extra field (APPNOTE 4.5.3).
    init(_ bytes: LittleEndian, header: Int, extra: Range<Int>, _ name: String) throws(ZipError) {
        guard let packed = bytes.u32(header + 20), let unpacked = bytes.u32(header + 24),
            let offset = bytes.u32(header + 42)
        else { throw .broken }
        (self.unpacked, self.packed, self.offset) = (unpacked, packed, offset)
        var place = extra.lowerBound
        while place + 4 <= extra.upperBound, let id = bytes.u16(place), let length = bytes.u16(place + 2) {
            let end = place + 4 + length
            guard end <= extra.upperBound else { throw .broken }
            if id == 1 { try readLarge(bytes, (place + 4)..<end) }
            place = end
        }
        guard self.unpacked < 0xFFFF_FFFF, self.packed < 0xFFFF_FFFF, self.offset != 0xFFFF_FFFF else {
            throw .entry(name, "has a size that cannot be")
        }
    }

    private mutating func readLarge(_ bytes: LittleEndian, _ field: Range<Int>) throws(ZipError) {
        var place = field.lowerBound
        for size in [\ZipSizes.unpacked, \ZipSizes.packed, \ZipSizes.offset] where self[keyPath: size] == 0xFFFF_FFFF {
            guard place + 8 <= field.upperBound, let value = bytes.u64(place) else { throw .broken }
            self[keyPath: size] = value
            place += 8
        }
    }

    func check(_ name: String, isDeflated: Bool, _ bounds: ZipBounds) throws(ZipError) {
        guard unpacked <= bounds.entry else {
            throw .entry(name, "would be larger than \(bounds.entry >> 20) MiB when unpacked")
        }
        guard isDeflated || packed == unpacked else { throw .entry(name, "has a size that cannot be") }
        guard !name.hasSuffix("/") || unpacked == 0 else { throw .entry(name, "is a folder with content") }
        guard unpacked < bounds.ratioFrom || unpacked / bounds.ratio <= packed else {
            throw .entry(name, "would become more than \(bounds.ratio) times as large when unpacked")
        }
    }
}

extension ZipError {
    fileprivate static let severalParts = ZipError("The archive is one part of several; put them together first.")
}
