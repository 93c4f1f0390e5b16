import NIOCore

/// Base64 of RFC 4648, section 4.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let pad = UInt8(ascii: "=")
    /// The six bits of each character; ``invalid`` for all others.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
    private static let invalid: UInt8 = 0xFF

    /// How many characters so many bytes take.
    static func encodedCount(_ bytes: Int) -> Int { (bytes + 2) / 3 * 4 }

    /// Appends the characters, padded.
    static func encode(_ bytes: ByteBufferView, to buffer: inout ByteBuffer) {
        let count = encodedCount(bytes.count)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            bytes.withUnsafeBytes { source in
                for group in 0..<(count / 4) { encode(source, group, into: target) }
            }
            return count
        }
    }

    /// Three bytes, or the one or two that are left, as four characters.
    private static func encode(
        _ source: UnsafeRawBufferPointer, _ group: Int, into target: UnsafeMutableRawBufferPointer
    ) {
        let here = min(3, source.count - group * 3)
        var bits: UInt32 = 0
        for index in 0..<here { bits |= UInt32(source[group * 3 + index]) << UInt32(16 - 8 * index) }
        for index in 0..<4 {
            let value = Int(bits >> UInt32(18 - 6 * index) & 0x3F)
            target[group * 4 + index] = index <= here ? alphabet[value] : pad
        }
    }

    /// - Returns: `nil` for anything but one text of these characters. Its padding may be missing.
    static func decode(_ text: ByteBuffer) -> ByteBuffer? {
        let bytes = text.withUnsafeReadableBytes { text -> [UInt8]? in decode(text) }
        return bytes.map { ByteBuffer(bytes: $0) }
    }

    private static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        let padding = text.suffix(2).reversed().prefix { $0 == pad }.count
        let characters = text.count - padding
        guard padding == 0 || text.count.isMultiple(of: 4), characters % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters / 4 * 3 + 2)
        var (bits, count) = (UInt32(0), 0)
        for index in 0..<characters {
            let value = values[Int(text[index])]
            guard value != invalid else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // What is left over is zero: there is one text for the same bytes.
        return bits & (1 << UInt32(count) - 1) == 0 ? bytes : nil
    }
}
