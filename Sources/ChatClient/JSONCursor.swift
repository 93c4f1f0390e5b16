#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Walks over the members of a JSON object, or the elements of an array, without reading what is not asked for.
///
/// It trusts its source: what is not JSON gives wrong values or none, but never a trap. Escapes are left as they are.
package struct JSONCursor {
    /// A view into the text, valid as long as the text is.
    package typealias Bytes = UnsafeRawBufferPointer

    private let bytes: Bytes
    private var position = 1

    /// - Parameter bytes: from the first bracket to the last one.
    package init(_ bytes: Bytes) { self.bytes = bytes }

    /// The next member of an object: its name and its value, strings with their quotation marks. `nil` at the end.
    package mutating func nextMember() -> (name: Bytes, value: Bytes)? {
        skipSpaceAndCommas()
        guard peek == UInt8(ascii: "\"") else { return nil }
        let name = string()
        skipSpace()
        guard peek == UInt8(ascii: ":") else { return nil }
        position += 1
        skipSpace()
        return (name.contents, value())
    }

    /// The next element of an array. `nil` at the end.
    package mutating func nextElement() -> Bytes? {
        skipSpaceAndCommas()
        guard let byte = peek, byte != UInt8(ascii: "]") else { return nil }
        let element = value()
        return element.isEmpty ? nil : element
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte <= 0x20 { position += 1 }
    }

    private mutating func skipSpaceAndCommas() {
        while let byte = peek, byte <= 0x20 || byte == UInt8(ascii: ",") { position += 1 }
    }

    private mutating func value() -> Bytes {
        switch peek {
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "{"), UInt8(ascii: "["): return nested()
        default:
            let start = position
            while let byte = peek, byte > 0x20, byte != UInt8(ascii: ","), byte != UInt8(ascii: "}"),
                byte != UInt8(ascii: "]")
            {
                position += 1
            }
            return slice(start)
        }
    }

    private mutating func nested() -> Bytes {
        let start = position
        var depth = 0
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                _ = string()
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            position += 1
            if depth == 0 { break }
        }
        return slice(start)
    }

    private mutating func string() -> Bytes {
        let start = position
        position += 1
        while position < bytes.count, let base = bytes.baseAddress {
            guard let quote = memchr(base + position, 0x22, bytes.count - position) else { break }
            position = UnsafeRawPointer(quote) - base + 1
            if !isEscaped(position - 1, from: start) { return slice(start) }
        }
        position = bytes.count
        return slice(start)
    }

    /// Whether an odd number of backslashes is before it.
    private func isEscaped(_ index: Int, from start: Int) -> Bool {
        var first = index
        while first > start + 1, bytes[first - 1] == UInt8(ascii: "\\") { first -= 1 }
        return (index - first) % 2 == 1
    }

    private func slice(_ start: Int) -> Bytes { Bytes(rebasing: bytes[start..<position]) }
}

extension UnsafeRawBufferPointer {
    /// A JSON string's bytes between its quotation marks; nothing if it is no string.
    package var contents: UnsafeRawBufferPointer {
        guard count >= 2, self[0] == 0x22, self[count - 1] == 0x22 else { return .init(start: nil, count: 0) }
        return .init(rebasing: self[1..<count - 1])
    }

    /// Not negative, at most 18 digits; `nil` otherwise.
    package var integer: Int64? {
        guard (1...18).contains(count) else { return nil }
        var value: Int64 = 0
        for byte in self {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return value
    }

    /// Whether the bytes are these.
    package func isEqual(to text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        guard let base = baseAddress else { return true }
        return memcmp(base, text.utf8Start, count) == 0
    }

    /// Whether the bytes are these.
    package func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let left = baseAddress, let right = other.baseAddress else { return true }
        return memcmp(left, right, count) == 0
    }
}
