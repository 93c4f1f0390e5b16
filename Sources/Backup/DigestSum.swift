/// A sum of SHA-256 digests, as whole numbers modulo 2²⁵⁶: the same for the same rows in whatever order they come, and
/// another one if a row is missing, stands there twice, or has changed.
///
/// It is meant for accidents: a row that was lost, cut, turned into other characters or restored twice changes the sum but
/// for one case in 2²⁵⁶. It is not meant against somebody who may write to the backup. With much work one can find other
/// rows with an equal sum (Bellare and Micciancio, "A New Paradigm for Collision-Free Hashing", 1997), and with no work at
/// all one can write another sum into the manifest.
struct DigestSum: Equatable, Sendable {
    /// The least significant part first.
    private var parts: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Characters of a digest in hexadecimal.
    static let hexLength = 64

    static func == (left: DigestSum, right: DigestSum) -> Bool { left.parts == right.parts }

    /// Adds digests that stand one behind the other in hexadecimal.
    /// - Returns: `false` if the text is something else; then some may have been added.
    mutating func add(hex: some Collection<UInt8>) -> Bool {
        var digits = 0
        var part: UInt64 = 0
        var number: [UInt64] = []
        number.reserveCapacity(4)
        for character in hex {
            guard let digit = Self.value(of: character) else { return false }
            part = part << 4 | digit
            digits += 1
            guard digits.isMultiple(of: 16) else { continue }
            number.append(part)
            part = 0
            guard number.count == 4 else { continue }
            add((number[3], number[2], number[1], number[0]))
            number.removeAll(keepingCapacity: true)
        }
        return digits.isMultiple(of: Self.hexLength)
    }

    mutating func add(_ other: DigestSum) { add(other.parts) }

    private mutating func add(_ number: (UInt64, UInt64, UInt64, UInt64)) {
        var carry: UInt64 = 0
        parts.0 = Self.sum(parts.0, number.0, &carry)
        parts.1 = Self.sum(parts.1, number.1, &carry)
        parts.2 = Self.sum(parts.2, number.2, &carry)
        parts.3 = Self.sum(parts.3, number.3, &carry)
    }

    /// - Parameter carry: 0 or 1, from the part before and for the next one.
    private static func sum(_ left: UInt64, _ right: UInt64, _ carry: inout UInt64) -> UInt64 {
        let (first, firstOverflow) = left.addingReportingOverflow(right)
        let (second, secondOverflow) = first.addingReportingOverflow(carry)
        carry = firstOverflow || secondOverflow ? 1 : 0
        return second
    }

    private static func value(of character: UInt8) -> UInt64? {
        switch character {
        case 0x30...0x39: UInt64(character - 0x30)
        case 0x61...0x66: UInt64(character - 0x61 + 10)
        default: nil
        }
    }

    /// 64 digits.
    var hex: String {
        [parts.3, parts.2, parts.1, parts.0].map { part in
            let text = String(part, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
    }
}
