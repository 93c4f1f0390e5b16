import Glibc

/// Reads a file line by line. Its memory is bounded by the longest line that it takes.
struct LineReader {
    /// Bytes of the longest line. A message is far shorter; a room's line with a hundred thousand bans is not.
    static let limit = 8 << 20

    private static let chunk = 1 << 18

    let file: InputFile

    /// - Parameter visit: gets the number of the line, 1-based, its bytes without the line break, and whether there was one:
    ///   the last line of a file that was cut off has none.
    /// - Throws: ``TransferError`` for a line that is too long; what `visit` throws.
    func forEachLine(_ visit: (_ number: Int, _ line: UnsafeRawBufferPointer, _ isWhole: Bool) throws -> Void) throws {
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        var filled = 0
        var offset = 0
        var number = 0
        while true {
            if filled == buffer.count { try grow(&buffer, line: number + 1) }
            let count = try buffer.withUnsafeMutableBytes { bytes in
                try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
            }
            guard count > 0 else { break }
            offset += count
            let used = try buffer.withUnsafeBytes { bytes in
                try lines(in: UnsafeRawBufferPointer(rebasing: bytes[..<(filled + count)]), from: filled) { line in
                    number += 1
                    try visit(number, line, true)
                }
            }
            filled += count - used
            buffer.withUnsafeMutableBytes { bytes in
                bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[used..<(used + filled)]))
            }
        }
        guard filled > 0 else { return }
        try buffer.withUnsafeBytes { try visit(number + 1, UnsafeRawBufferPointer(rebasing: $0[..<filled]), false) }
    }

    /// - Parameter start: before it there is no line break.
    /// - Returns: how many bytes belong to whole lines.
    private func lines(
        in bytes: UnsafeRawBufferPointer, from start: Int, _ visit: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        var used = 0
        var search = start
        while search < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + search, Int32(UInt8(ascii: "\n")), bytes.count - search)
        {
            let end = UnsafeRawPointer(found) - base
            try visit(UnsafeRawBufferPointer(rebasing: bytes[used..<end]))
            used = end + 1
            search = used
        }
        return used
    }

    private func grow(_ buffer: inout [UInt8], line: Int) throws(TransferError) {
        guard buffer.count < Self.limit else {
            throw TransferError(
                "\(Place(file: file.name, line: line)): The line has more than \(Self.limit >> 20) MiB; no export has such lines."
            )
        }
        buffer.append(contentsOf: repeatElement(0, count: buffer.count))
    }
}
