/// The text forms of addresses: RFC 4291, 2.2 for reading, RFC 5952 for writing.
enum AddressText {
    /// The longest form: six groups of four digits, and an IPv4 address.
    static let mostBytes = 45

    private static let colon = UInt8(ascii: ":")

    /// Reads IPv4 and IPv6.
    static func bits(of text: ArraySlice<UInt8>) -> UInt128? {
        guard text.count <= mostBytes else { return nil }
        guard text.contains(colon) else { return ipv4(text).map { 0xFFFF_0000_0000 | UInt128($0) } }
        return ipv6(text)
    }

    private static func ipv6(_ text: ArraySlice<UInt8>) -> UInt128? {
        guard let gap = firstGap(in: text) else {
            guard let groups = groups(text, endAddress: true), groups.count == 8 else { return nil }
            return joined(groups)
        }
        // The gap stands for at least one group.
        guard let head = groups(text[..<gap], endAddress: false),
            let tail = groups(text[(gap + 2)...], endAddress: true), head.count + tail.count < 8
        else { return nil }
        return joined(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private static func firstGap(in text: ArraySlice<UInt8>) -> Int? {
        text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
    }

    private static func joined(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// - Parameter endAddress: whether the last group may be an IPv4 address, which is two groups.
    private static func groups(_ text: ArraySlice<UInt8>, endAddress: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        for part in text.split(separator: colon, omittingEmptySubsequences: false) {
            if let group = group(part) {
                groups.append(group)
            } else if endAddress, part.endIndex == text.endIndex, let address = ipv4(part) {
                groups += [UInt16(truncatingIfNeeded: address >> 16), UInt16(truncatingIfNeeded: address)]
            } else {
                return nil
            }
        }
        return groups
    }

    /// One to four hexadecimal digits.
    private static func group(_ text: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(text.count) else { return nil }
        var group: UInt16 = 0
        for byte in text {
            guard let digit = hexDigit(byte) else { return nil }
            group = group << 4 | digit
        }
        return group
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private static func ipv4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let number = decimal(part, upTo: 255) else { return nil }
            address = address << 8 | UInt32(number)
        }
        return address
    }

    /// A decimal number without sign or leading zeros.
    /// - Parameter most: the largest number that is read, at most 65,535.
    static func decimal(_ text: ArraySlice<UInt8>, upTo most: Int) -> Int? {
        guard (1...5).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
        var number = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number <= most ? number : nil
    }

    /// Writes lower case without leading zeros; the first longest run of at least two zero groups becomes `::`.
    static func text(of address: IPAddress) -> String {
        if address.isIPv4 {
            return (0..<4).map { "\(address.bits >> (24 - 8 * $0) & 0xFF)" }.joined(separator: ".")
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: address.bits >> (112 - 16 * $0)) }
        var gap = 0..<0
        var start = 0
        for index in groups.indices {
            if groups[index] != 0 { start = index + 1 }
            if index + 1 - start > max(1, gap.count) { gap = start..<(index + 1) }
        }
        let text = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard !gap.isEmpty else { return text(groups[...]) }
        return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
    }
}
