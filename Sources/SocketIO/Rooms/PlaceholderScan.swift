import NIOCore

/// Finds `{"_placeholder":true,"num":n}` in checked JSON, as every client writes it, with or without spaces.
enum PlaceholderScan {
    private static let name = Array(#""_placeholder""#.utf8)

    /// - Returns: the next one's place and number.
    static func next(in json: ByteBufferView.SubSequence) -> (range: Range<Int>, number: Int)? {
        var rest = json
        while let found = rest.firstRange(of: name) {
            if let whole = whole(found, in: json) { return whole }
            rest = rest[found.upperBound...]
        }
        return nil
    }

    private static func whole(
        _ name: Range<Int>, in json: ByteBufferView.SubSequence
    ) -> (range: Range<Int>, number: Int)? {
        let before = json[..<name.lowerBound]
        guard let brace = before.lastIndex(where: { !isSpace($0) }), before[brace] == UInt8(ascii: "{") else {
            return nil
        }
        var rest = json[name.upperBound...]
        guard take(":", &rest), take("true", &rest), take(",", &rest), take(#""num""#, &rest), take(":", &rest) else {
            return nil
        }
        let digits = rest.drop(while: isSpace).prefix { (0x30...0x39).contains($0) }
        rest = rest[digits.endIndex...]
        guard let number = Int(String(decoding: digits, as: UTF8.self)), take("}", &rest) else { return nil }
        return (brace..<rest.startIndex, number)
    }

    private static func take(_ text: StaticString, _ rest: inout ByteBufferView.SubSequence) -> Bool {
        let trimmed = rest.drop(while: isSpace)
        let pattern = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard trimmed.starts(with: pattern) else { return false }
        rest = trimmed.dropFirst(pattern.count)
        return true
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
