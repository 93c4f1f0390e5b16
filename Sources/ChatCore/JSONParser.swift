/// Reads one JSON text (RFC 8259) from bytes. No byte sequence makes it trap; its depth is bounded.
package struct JSONParser {
    /// Objects and arrays inside each other.
    package static let depthLimit = 16

    /// The same for a text of which it is only noted that it goes further than we do.
    private static let depthLimitOfOthers = 128

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    /// What is JSON but more than we take is noted in ``excess`` and not thrown.
    private let notesExcess: Bool
    private var excess: ChatError?

    /// - Throws: `malformed_json`, also if the text is not an object.
    package static func object(_ bytes: UnsafeRawBufferPointer) throws(ChatError) -> JSONObject {
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(depth: 0)
        try parser.end()
        guard case .object(let object) = value else {
            throw ChatError(.malformedJSON, "A JSON object was expected.")
        }
        return object
    }

    /// The elements of a text that is an array, each with its place. A text that is JSON but not to our taste (repeated members, lone
    /// surrogates, great depth) is read as far as it can be, so that its sender can be answered.
    /// - Returns: the elements, and the `malformed_json` that ``object(_:)`` would have thrown for such a text.
    /// - Throws: `malformed_json`, also if the text is not an array.
    package static func elements(
        _ bytes: UnsafeRawBufferPointer
    ) throws(ChatError) -> (elements: [JSONElement], excess: ChatError?) {
        var parser = JSONParser(bytes: bytes, notesExcess: true)
        parser.skipSpace()
        guard parser.take("[") else { throw ChatError(.malformedJSON, "A JSON array was expected.") }
        let elements = try parser.elements()
        try parser.end()
        return (elements, parser.excess)
    }

    private init(bytes: UnsafeRawBufferPointer, notesExcess: Bool = false) {
        self.bytes = bytes
        self.notesExcess = notesExcess
    }

    /// What is JSON all the same.
    private mutating func exceeds(_ reason: String) throws(ChatError) {
        let error = malformed(reason)
        guard notesExcess else { throw error }
        excess = excess ?? error
    }

    private mutating func end() throws(ChatError) {
        skipSpace()
        guard position == bytes.count else { throw malformed("there is text after the JSON value") }
    }

    /// Those of the outermost array, behind its bracket.
    private mutating func elements() throws(ChatError) -> [JSONElement] {
        var elements: [JSONElement] = []
        skipSpace()
        if take("]") { return elements }
        while true {
            skipSpace()
            let start = position
            let value = try value(depth: 1)
            elements.append(JSONElement(value: value, range: start..<position))
            skipSpace()
            if take("]") { return elements }
            guard take(",") else { throw malformed("a comma or ] was expected") }
        }
    }

    private mutating func value(depth: Int) throws(ChatError) -> JSONValue {
        skipSpace()
        if depth >= Self.depthLimit {
            try exceeds("it is nested deeper than \(Self.depthLimit) levels")
            guard depth < Self.depthLimitOfOthers else { throw malformed("it is nested far too deep") }
        }
        switch peek {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(ChatError) -> JSONObject {
        var object = JSONObject()
        position += 1
        skipSpace()
        if take("}") { return object }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw malformed("a member's name was expected") }
            let name = try string()
            skipSpace()
            guard take(":") else { throw malformed("a colon was expected") }
            let value = try value(depth: depth + 1)
            if object.members.count >= 64 {
                try exceeds("an object has more than 64 members")
            } else if !object.add(name, value) {
                try exceeds("a member occurs twice")
            }
            skipSpace()
            if take("}") { return object }
            guard take(",") else { throw malformed("a comma or } was expected") }
        }
    }

    private mutating func array(depth: Int) throws(ChatError) -> [JSONValue] {
        var elements: [JSONValue] = []
        position += 1
        skipSpace()
        if take("]") { return elements }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return elements }
            guard take(",") else { throw malformed("a comma or ] was expected") }
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(ChatError) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard peek == text.utf8Start[index] else { throw malformed("an unknown word") }
            position += 1
        }
        return value
    }

    private mutating func number() throws(ChatError) -> JSONValue {
        let start = position
        let negative = take("-")
        let leadingZero = peek == UInt8(ascii: "0")
        var magnitude: UInt64? = 0
        let digits = skipDigits { digit in
            magnitude = magnitude.flatMap { value in
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
                return overflow || carry ? nil : sum
            }
        }
        guard digits > 0, !(leadingZero && digits > 1) else {
            throw malformed(position == start ? "a value was expected" : "a number is malformed")
        }
        var isInteger = true
        if take(".") {
            isInteger = false
            guard skipDigits() > 0 else { throw malformed("a number is malformed") }
        }
        if take("e") || take("E") {
            isInteger = false
            _ = take("+") || take("-")
            guard skipDigits() > 0 else { throw malformed("a number is malformed") }
        }
        guard isInteger, let magnitude, let value = Int64(exactly: magnitude) else { return .number }
        return .integer(negative ? -value : value)
    }

    // MARK: - Strings

    private mutating func string() throws(ChatError) -> String {
        position += 1
        let start = position
        var end = start
        while end < bytes.count, !Self.endsPlainText(bytes[end]) { end += 1 }
        position = end
        switch peek {
        case UInt8(ascii: "\""):
            position += 1
            return try decoded(start..<end)
        case UInt8(ascii: "\\"): return try escapedString(from: start)
        case nil: throw malformed("a string does not end")
        default: throw malformed("a control character in a string is not escaped")
        }
    }

    private static func endsPlainText(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// The slow way, for a string that holds at least one escape.
    private mutating func escapedString(from start: Int) throws(ChatError) -> String {
        var text = try decoded(start..<position)
        var plain = position
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                text += try decoded(plain..<position)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                text += try decoded(plain..<position)
                position += 1
                text.unicodeScalars.append(try escape())
                plain = position
            case 0..<0x20: throw malformed("a control character in a string is not escaped")
            default: position += 1
            }
        }
        throw malformed("a string does not end")
    }

    private mutating func escape() throws(ChatError) -> Unicode.Scalar {
        guard let byte = peek else { throw malformed("a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw malformed("an unknown escape in a string")
        }
    }

    /// One code unit, or the two of a surrogate pair.
    private mutating func unicodeEscape() throws(ChatError) -> Unicode.Scalar {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let end = position
        guard (0xD800..<0xDC00).contains(unit), take("\\"), take("u") else {
            position = end
            try exceeds("a lone surrogate in a string")
            return "\u{FFFD}"
        }
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF))
        else {
            try exceeds("a lone surrogate in a string")
            return "\u{FFFD}"
        }
        return scalar
    }

    private mutating func codeUnit() throws(ChatError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw malformed("four hexadecimal digits were expected")
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    private func decoded(_ range: Range<Int>) throws(ChatError) -> String {
        // Twice as fast as String(validating:as:), which is generic.
        let text = UnsafeRawBufferPointer(rebasing: bytes[range]).withMemoryRebound(to: UInt8.self) { text -> String? in
            do { return String(copying: try UTF8Span(validating: text.span)) } catch { return nil }
        }
        guard let text else { throw malformed("a string is not UTF-8") }
        return text
    }

    // MARK: - Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = peek, UInt32(byte) == character.value else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// - Returns: how many there were.
    private mutating func skipDigits(_ each: (UInt8) -> Void = { _ in }) -> Int {
        let start = position
        while let byte = peek, (0x30...0x39).contains(byte) {
            each(byte - 0x30)
            position += 1
        }
        return position - start
    }

    private func malformed(_ reason: String) -> ChatError {
        ChatError(.malformedJSON, "This is not acceptable JSON: at byte \(position), \(reason).")
    }
}
